"""How many sockets each person and each address has among all processes, in Redis.

Every process counts its own sockets and writes absolute counts, which are worth something while its lease lasts: the
places of a process that died are free after LEASE_SECONDS. Without Redis everybody is let in.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from django.conf import settings
from redis import Redis

from core.stores import try_redis

LEASE_SECONDS, REFRESH_SECONDS = 4.0, 1.0
FORGET_SECONDS = 60.0
KEEP_SECONDS = 86_400
PROCESSES = "support:places:processes"
"""A sorted set: each process, and when its lease ends."""
_TAKE = """
local now = tonumber(ARGV[1])
for i = 2, #KEYS do
  local held, counts = 0, redis.call('HGETALL', KEYS[i])
  for j = 1, #counts, 2 do
    local ends = redis.call('ZSCORE', KEYS[1], counts[j])
    if not ends then redis.call('HDEL', KEYS[i], counts[j])
    elseif tonumber(ends) > now then held = held + tonumber(counts[j + 1]) end
  end
  if held >= tonumber(ARGV[i + 2]) then return 0 end
end
for i = 2, #KEYS do
  redis.call('HINCRBY', KEYS[i], ARGV[2], 1)
  redis.call('EXPIRE', KEYS[i], ARGV[3])
end
return 1
"""
Holder = tuple[int, str]
"""User id and address; an address that is not known is not counted."""


class Places:
    """The places that this process's sockets take; used from any thread."""

    def __init__(self) -> None:
        self.process = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()
        self._unwritten: set[str] = set()
        self._ended = False

    def take(self, holders: Sequence[Holder]) -> list[bool]:
        """Count new sockets; False for those whose user or address has as many as allowed. One round trip."""
        now = time.time()

        def call(redis: Redis) -> list[bool]:
            with redis.pipeline(transaction=False) as pipeline:
                pipeline.zadd(PROCESSES, {self.process: now + LEASE_SECONDS})
                for holder in holders:
                    keys, limits = _keys(holder), _limits()
                    given: list[str | float] = [now, self.process, KEEP_SECONDS, *limits[: len(keys)]]
                    pipeline.eval(_TAKE, 1 + len(keys), PROCESSES, *keys, *given)
                return [bool(taken) for taken in pipeline.execute()[1:]]

        with self._lock:
            answers = try_redis(call, None)
            taken = answers or [True] * len(holders)
            for holder in (holder for holder, free in zip(holders, taken, strict=True) if free):
                self._held.update(_keys(holder))
                if answers is None:
                    self._unwritten.update(_keys(holder))
            return taken

    def give_back(self, holders: Iterable[Holder]) -> None:
        """Free the places of closed sockets; what Redis does not take is written with the next refresh."""
        with self._lock:
            for holder in holders:
                self._held.subtract(_keys(holder))
                self._unwritten.update(_keys(holder))
            self._write()

    def refresh(self) -> None:
        """Renew the lease of this process, and write what is not written; all of it when the lease had run out."""
        now = time.time()

        def call(redis: Redis) -> float | None:
            with redis.pipeline(transaction=False) as pipeline:
                pipeline.zscore(PROCESSES, self.process)
                pipeline.zadd(PROCESSES, {self.process: now + LEASE_SECONDS})
                pipeline.zremrangebyscore(PROCESSES, "-inf", now - FORGET_SECONDS)
                ends: float | None = pipeline.execute()[0]
                return ends

        with self._lock:
            if self._ended:
                return
            if (try_redis(call, None) or 0.0) < now:
                self._unwritten.update(self._held)
            self._write()

    def end(self) -> None:
        """Free every place of this process at once and for good."""
        with self._lock:
            self._ended = True
            self._held.clear()
            try_redis(lambda redis: redis.zrem(PROCESSES, self.process), 0)

    def _write(self) -> None:
        unwritten = sorted(self._unwritten)

        def write(redis: Redis) -> bool:
            with redis.pipeline(transaction=False) as pipeline:
                for key in unwritten:
                    if self._held[key] > 0:
                        pipeline.hset(key, self.process, self._held[key])
                        pipeline.expire(key, KEEP_SECONDS)
                    else:
                        pipeline.hdel(key, self.process)
                pipeline.execute()
            return True

        written = not unwritten or try_redis(write, False)
        if written:
            self._unwritten.clear()
        self._held += Counter()  # forgets what is at 0


@cache
def places() -> Places:
    """Return the places of this process."""
    return Places()


def connected(user_ids: Collection[int]) -> set[int]:
    """Return those of these people who have a socket open at this moment. Without Redis: all of them."""
    wanted = list(user_ids)

    def call(redis: Redis) -> set[int]:
        with redis.pipeline(transaction=False) as pipeline:
            pipeline.zrangebyscore(PROCESSES, time.time(), "+inf")
            for user_id in wanted:
                pipeline.hkeys(_user_key(user_id))
            alive, *holding = pipeline.execute()
        return {user_id for user_id, processes in zip(wanted, holding, strict=True) if set(alive) & set(processes)}

    return try_redis(call, set(wanted)) if wanted else set()


def _keys(holder: Holder) -> list[str]:
    user_id, address = holder
    return [_user_key(user_id), *([f"support:places:address:{address}"] if address else [])]


def _user_key(user_id: int) -> str:
    return f"support:places:user:{user_id}"


def _limits() -> list[int]:
    return [settings.REALTIME["sockets_per_user"], settings.REALTIME["sockets_per_address"]]
