"""Rate limits per account and address: fixed windows counted atomically in Redis; without Redis they let through.

What many share, an address, is counted last and only for a caller within their own limits: one account beyond them
costs its neighbours nothing.
"""

import hashlib
import time
from collections.abc import Sequence

from django.conf import settings
from redis import Redis

from core.errors import RateLimited
from core.stores import try_redis

SHARED = frozenset({"address"})
# For each key its count. Four arguments a key: its window's length, its limit, its caller, and whether it is shared.
_COUNT = """
local counts, refused = {}, {}
for _, turn in ipairs({'0', '1'}) do
  for i, key in ipairs(KEYS) do
    local seconds, limit, caller, shared = unpack(ARGV, 4 * i - 3, 4 * i)
    if shared == turn then
      counts[i] = 0
      if turn == '0' or not refused[caller] then
        counts[i] = redis.call('INCR', key)
        if counts[i] == 1 then redis.call('EXPIRE', key, seconds) end
        if counts[i] > tonumber(limit) then refused[caller] = true end
      end
    end
  end
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
    """Count for several callers; return for each the seconds they have to wait, 0 when they may go on."""
    now = int(time.time())
    uses = [(number, *use) for number, caller in enumerate(callers) for use in caller]
    limits = [settings.RATES[rate] for _number, rate, _who in uses]
    keys = [
        f"support:rate:{rate}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{now // seconds}"
        for (_number, rate, who), (_limit, seconds) in zip(uses, limits, strict=True)
    ]
    arguments = [
        argument
        for (number, rate, _who), (limit, seconds) in zip(uses, limits, strict=True)
        for argument in (seconds, limit, number, int(rate in SHARED))
    ]

    def count(redis: Redis) -> list[int]:
        return list(redis.eval(_COUNT, len(keys), *keys, *arguments))

    counts = zip(try_redis(count, [0] * len(keys)), limits, strict=True)
    waits = iter([seconds - now % seconds if used > limit else 0 for used, (limit, seconds) in counts])
    return [max((next(waits) for _use in caller), default=0) for caller in callers]
