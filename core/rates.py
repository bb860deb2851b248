"""Rate limits per account and address: a fixed window counted atomically in Redis; without Redis they let through."""

import hashlib
import time
from collections.abc import Sequence

from django.conf import settings
from redis import Redis

from core.errors import RateLimited
from core.stores import answers, try_redis

# For each key its count, with its window's length as the argument beside it.
_COUNT = """
local counts = {}
for i, key in ipairs(KEYS) do
  counts[i] = redis.call('INCR', key)
  if counts[i] == 1 then redis.call('EXPIRE', key, ARGV[i]) end
end
return counts
"""


Use = tuple[str, str]
"""A rate of settings.RATES, and who uses it."""


def spend(rate: str, who: str) -> None:
    """Count one use of a rate of settings.RATES by `who`; raises RateLimited beyond it."""
    spend_all([(rate, who)])


def spend_all(uses: Sequence[Use]) -> None:
    """Count several uses, each of a rate by somebody, in one round trip; raises RateLimited beyond any."""
    wait = spend_each([uses])[0]
    if wait:
        raise RateLimited(wait)


def spend_each(callers: Sequence[Sequence[Use]]) -> list[int]:
    """The same for several callers; for each the seconds he has to wait, 0 when he may go on."""
    now = int(time.time())
    uses = [use for caller in callers for use in caller]
    limits = [settings.RATES[rate] for rate, _who in uses]
    keys = [
        f"support:rate:{rate}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{now // seconds}"
        for (rate, who), (_limit, seconds) in zip(uses, limits, strict=True)
    ]

    def count(redis: Redis) -> list[int]:
        [counted] = answers(redis, [("EVAL", _COUNT, len(keys), *keys, *(seconds for _limit, seconds in limits))])
        return list(counted)

    counts = zip(try_redis(count, [0] * len(keys)), limits, strict=True)
    waits = iter([seconds - now % seconds if used > limit else 0 for used, (limit, seconds) in counts])
    return [max((next(waits) for _use in caller), default=0) for caller in callers]
