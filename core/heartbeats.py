"""Heartbeats of worker and beat, kept in Redis: read by health checks and metrics."""

from __future__ import annotations

import time

from prometheus_client import Gauge

from core.stores import client, try_redis

TELL_SECONDS = 10.0
LATE_SECONDS = 60.0
KEEP_SECONDS = 24 * 3600
_told_at: dict[str, float] = {}


def tell(name: str) -> None:
    """Say that this process works, at most every ten seconds; lost while Redis is away."""
    now = time.monotonic()
    if now - _told_at.get(name, float("-inf")) >= TELL_SECONDS:
        _told_at[name] = now
        try_redis(lambda redis: redis.set(_key(name), time.time(), ex=KEEP_SECONDS), None)


def age(name: str) -> float:
    """Return the seconds since the last heartbeat; infinite without one. Raises redis.RedisError."""
    told = client().get(_key(name))
    return time.time() - float(told) if told else float("inf")


def worker() -> None:
    """A worker takes work."""
    _refuse_late("worker")


def beat() -> None:
    """The timer runs."""
    _refuse_late("beat")


def _refuse_late(name: str) -> None:
    late = age(name)
    if late > LATE_SECONDS:
        raise RuntimeError(f"no heartbeat for {late:.0f} s")


def _age_or_nan(name: str) -> float:
    return try_redis(lambda _redis: age(name), float("nan"))


def _key(name: str) -> str:
    return f"support:heartbeat:{name}"


AGE = Gauge("support_heartbeat_age_seconds", "Seconds since a worker, or beat, last said that it works", ["process"])
AGE.labels("worker").set_function(lambda: _age_or_nan("worker"))
AGE.labels("beat").set_function(lambda: _age_or_nan("beat"))
