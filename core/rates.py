"""Rate limits per account and address: a fixed window counted atomically in Redis; without Redis they let through."""

import hashlib
import time

from django.conf import settings
from redis import Redis

from core.errors import RateLimited
from core.stores import try_redis

_COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('TTL', KEYS[1])}
"""


def spend(rate: str, who: str) -> None:
    """Count one use of a rate of settings.RATES by `who`; raises RateLimited beyond it."""
    limit, seconds = settings.RATES[rate]
    window = int(time.time()) // seconds
    key = f"support:rate:{rate}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{window}"

    def count(redis: Redis) -> list[int]:
        return list(redis.eval(_COUNT, 1, key, seconds))

    used, _ttl = try_redis(count, [0, 0])
    if used > limit:
        raise RateLimited(seconds - int(time.time()) % seconds)
