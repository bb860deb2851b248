"""Wake-ups of the worker: lost without harm, since a timer looks every NOTIFICATIONS["sweep_seconds"]."""

from __future__ import annotations

from redis import Redis

from core.jobs import wake
from core.stores import try_redis

_KEPT_SECONDS = 30


def nudge(task: str, *args: str) -> None:
    """Wake a task, unless a wake-up of it is on its way; never raises. Call it after the commit."""
    key = _key(task, *args)
    if try_redis(lambda redis: bool(redis.set(key, 1, nx=True, ex=_KEPT_SECONDS)), True):
        wake(task, *args)


def taken(task: str, *args: str) -> None:
    """Say that the task looks now: what is written from here on needs another wake-up."""

    def call(redis: Redis) -> None:
        redis.delete(_key(task, *args))

    try_redis(call, None)


def _key(task: str, *args: str) -> str:
    return ":".join(("support:nudge", task, *args))
