"""Redis for what may be lost (rates, nudges, presence): short time-outs, no retries, a breaker of one second."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)
T = TypeVar("T")
BREAKER_SECONDS = 1.0
_lock = threading.Lock()
_client: redis.Redis | None = None
_skip_until = 0.0


def client() -> redis.Redis:
    """The process's pooled client; every call may raise redis.RedisError within 0.2 s."""
    global _client
    with _lock:
        if _client is None:
            _client = redis.Redis.from_url(
                settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0)
            )
        return _client


def try_redis(call: Callable[[redis.Redis], T], fallback: T) -> T:
    """Return what `call` answers, or the fallback while Redis is away; after an error it is not asked for a second."""
    global _skip_until
    if time.monotonic() < _skip_until:
        return fallback
    try:
        return call(client())
    except (redis.RedisError, OSError) as error:
        _skip_until = time.monotonic() + BREAKER_SECONDS
        log.warning("redis_unavailable", error=type(error).__name__)
        return fallback
