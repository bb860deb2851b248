"""Open sockets by user and by address, in Redis, where each is a lease that ends by itself when a process dies.

A person is online while any lease is left; a socket that closes leaves his behind for a grace, so that a reload of
the page shows to nobody. Everything here may be lost, and is filled again within REFRESH_SECONDS.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from django.conf import settings
from redis import Redis

from core.stores import try_redis

LEASE_SECONDS, REFRESH_SECONDS = 60, 20
ONLINE = "support:presence:online"
_TAKE = """
local now, out = tonumber(ARGV[1]), 0
for i = 1, 2 do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
  if redis.call('ZCARD', KEYS[i]) >= tonumber(ARGV[3 + i]) then out = i end
end
if out == 0 then
  for i = 1, 2 do
    redis.call('ZADD', KEYS[i], now + tonumber(ARGV[3]), ARGV[2])
    redis.call('EXPIRE', KEYS[i], 120)
  end
end
return out
"""
_MARK = """
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == tonumber(ARGV[2]) then return end
for i = 3, #ARGV, 2 do redis.call('PUBLISH', ARGV[i], ARGV[i + 1]) end
redis.call(ARGV[2] == '1' and 'SADD' or 'SREM', KEYS[1], ARGV[1])
"""
Holder = tuple[int, str, str]
"""User id, address, session id."""


def _keys(holder: Holder) -> list[str]:
    user_id, address, session_id = holder
    return [f"support:sockets:user:{user_id}", f"support:sockets:address:{address or session_id}"]


def _presence(user_id: int) -> str:
    return f"support:presence:{user_id}"


def take(holders: Sequence[Holder]) -> list[bool]:
    """Count new sockets; False for those whose user or address has as many as allowed. One round trip."""
    limits = settings.REALTIME["sockets_per_user"], settings.REALTIME["sockets_per_address"]
    now = time.time()

    def call(redis: Redis) -> list[bool]:
        with redis.pipeline(transaction=False) as pipeline:
            for holder in holders:
                pipeline.eval(_TAKE, 2, *_keys(holder), now, holder[2], LEASE_SECONDS, *limits)
            return [int(over) == 0 for over in pipeline.execute()]

    return try_redis(call, [True] * len(holders))


def refresh(holders: Iterable[Holder], present: Iterable[Holder]) -> None:
    """Renew the leases of open sockets in one round trip; `present` are those whose presence is told."""
    until = time.time() + LEASE_SECONDS

    def call(redis: Redis) -> None:
        with redis.pipeline(transaction=False) as pipeline:
            for holder in holders:
                for key in _keys(holder):
                    pipeline.zadd(key, {holder[2]: until})
                    pipeline.expire(key, 2 * LEASE_SECONDS)
            for user_id, _address, session_id in present:
                pipeline.zadd(_presence(user_id), {session_id: until})
                pipeline.expire(_presence(user_id), 2 * LEASE_SECONDS + settings.REALTIME["presence_grace_seconds"])
            pipeline.execute()

    try_redis(call, None)


def give_back(holders: Iterable[Holder], *, again: bool = False) -> bool:
    """End the leases of closed sockets; presence lasts a grace longer. Whether Redis has taken it.

    What is given back `again` prolongs nothing: Redis may have taken it before, or the lease may have run out.
    """
    until = time.time() + settings.REALTIME["presence_grace_seconds"]

    def call(redis: Redis) -> bool:
        with redis.pipeline(transaction=False) as pipeline:
            for holder in holders:
                for key in _keys(holder):
                    pipeline.zrem(key, holder[2])
                pipeline.zadd(_presence(holder[0]), {holder[2]: until}, xx=True, lt=again)
            pipeline.execute()
        return True

    return try_redis(call, False)


def unmarked(user_ids: Collection[int]) -> list[int]:
    """Those of these people who are not marked online. Without Redis: none of them."""
    wanted = list(user_ids)

    def call(redis: Redis) -> list[int]:
        with redis.pipeline(transaction=False) as pipeline:
            for user_id in wanted:
                pipeline.sismember(ONLINE, str(user_id))
            return [user_id for user_id, marked in zip(wanted, pipeline.execute(), strict=True) if not marked]

    return try_redis(call, []) if wanted else []


def lapsed() -> list[int]:
    """Those marked online of whom no lease is left."""
    none: list[int] = []
    known = try_redis(lambda redis: [int(member) for member in redis.smembers(ONLINE)], none)
    return [user_id for user_id, here in zip(known, _leased(known), strict=True) if not here]


def mark(telling: Mapping[int, Sequence[tuple[str, bytes]]], *, online: bool) -> None:
    """Mark people as online or not, and publish what tells of each; once among all processes.

    Both happen or neither, so that what Redis did not take is found and told again at the next look.
    """

    def call(redis: Redis) -> None:
        with redis.pipeline(transaction=False) as pipeline:
            for user_id, messages in telling.items():
                told: list[Any] = list(chain.from_iterable(messages))
                pipeline.eval(_MARK, 1, ONLINE, user_id, int(online), *told)
            pipeline.execute()

    try_redis(call, None)


def online(user_ids: Collection[int]) -> set[int]:
    """Which of these people have a socket open, or had one a moment ago. Without Redis: all of them."""
    wanted = list(user_ids)
    return {user_id for user_id, here in zip(wanted, _leased(wanted), strict=True) if here}


def connected(user_ids: Collection[int]) -> set[int]:
    """Which of these people, customers too, have a socket open at this moment. Without Redis: all of them."""
    wanted = list(user_ids)
    found = _counted([f"support:sockets:user:{user_id}" for user_id in wanted])
    return {user_id for user_id, here in zip(wanted, found, strict=True) if here}


def _leased(user_ids: list[int]) -> list[bool]:
    return _counted([_presence(user_id) for user_id in user_ids])


def _counted(keys: list[str]) -> list[bool]:
    """Whether any lease is left under each key."""
    now = time.time()

    def call(redis: Redis) -> list[bool]:
        with redis.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.zcount(key, now, "+inf")
            return [bool(count) for count in pipeline.execute()]

    return try_redis(call, [True] * len(keys)) if keys else []
