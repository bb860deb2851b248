"""Which of the staff are here: told to the queues when it changes, asked by whoever assigns work.

In Redis, each process says until when a person is here by it. A last socket that closes leaves a grace behind, so that
a reload of the page shows to nobody. All of it may be lost, and is filled again within REFRESH_SECONDS.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from django.conf import settings
from redis import Redis

from core.stores import try_redis
from realtime.places import places
from realtime.publish import signal
from realtime.registry import authenticator

UPDATED = "presence:updated"
STAY_SECONDS, REFRESH_SECONDS = 60, 20
ONLINE = "support:presence:online"
"""A set: who was told to be online."""


def here(user_ids: Collection[int]) -> None:
    """Say that these people have a socket at this process, and tell of those who were not online before."""
    _say(user_ids, time.time() + STAY_SECONDS)
    _tell(user_ids, online=True)


def gone(user_ids: Collection[int]) -> bool:
    """Say that these people have no socket at this process any more: they stay online for a grace. False: not said."""
    return _say(user_ids, time.time() + settings.REALTIME["presence_grace_seconds"])


def online(user_ids: Collection[int]) -> set[int]:
    """Return those of these people who have a socket open, or had one a moment ago. Without Redis: all of them."""
    wanted, now = list(user_ids), time.time()

    def call(redis: Redis) -> set[int]:
        with redis.pipeline(transaction=False) as pipeline:
            for user_id in wanted:
                pipeline.zcount(_key(user_id), now, "+inf")
            return {user_id for user_id, count in zip(wanted, pipeline.execute(), strict=True) if count}

    return try_redis(call, set(wanted)) if wanted else set()


def tell_availability(user_id: int, availability: str) -> None:
    """Tell the queues that a member of staff changed what they say of themselves."""
    signal(UPDATED, _forms(user_id, availability, online=user_id in online([user_id])))


def sweep() -> None:
    """Tell of those whose last socket is gone for longer than the grace."""
    known = try_redis(lambda redis: {int(member) for member in redis.smembers(ONLINE)}, set[int]())
    _tell(known - online(known), online=False)


def _say(user_ids: Collection[int], until: float) -> bool:
    def call(redis: Redis) -> bool:
        with redis.pipeline(transaction=False) as pipeline:
            for user_id in user_ids:
                pipeline.zadd(_key(user_id), {places().process: until})
                pipeline.expireat(_key(user_id), int(until) + STAY_SECONDS)
            pipeline.execute()
        return True

    return not user_ids or try_redis(call, False)


def _tell(user_ids: Collection[int], *, online: bool) -> None:
    changed = _mark(list(user_ids), online=online)
    for user_id, availability in authenticator().availability(changed).items() if changed else ():
        signal(UPDATED, _forms(user_id, availability, online=online))


def _mark(user_ids: list[int], *, online: bool) -> list[int]:
    """Mark people as online or not; return those who were not so marked, each to one of all processes."""

    def call(redis: Redis) -> list[int]:
        with redis.pipeline(transaction=False) as pipeline:
            for user_id in user_ids:
                (pipeline.sadd if online else pipeline.srem)(ONLINE, user_id)
            return [user_id for user_id, changed in zip(user_ids, pipeline.execute(), strict=True) if changed]

    return try_redis(call, []) if user_ids else []


def _key(user_id: int) -> str:
    return f"support:presence:by_process:{user_id}"


def _forms(user_id: int, availability: str, *, online: bool) -> dict[str, dict[str, Any]]:
    form = {"userId": str(user_id), "online": online, "availability": availability}
    return dict.fromkeys(settings.REALTIME_PRESENCE_ROOMS, form)
