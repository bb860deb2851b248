"""Track who is looking at a conversation: they joined its room by a socket whose page is not hidden.

Each process keeps its own viewers in Redis, for RENEW_SECONDS at a time. All of it may be lost: nobody is looking then.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping

from redis import Redis

from core.stores import try_redis
from realtime.member import Member
from realtime.places import PROCESSES, places
from realtime.rooms import split, typed

RENEW_SECONDS, KEEP_SECONDS = 20, 60
View = tuple[str, int]
"""Room and user id."""


def is_conversation(room: str) -> bool:
    """Return whether a room is about one thing that people write in, and is joined by hand."""
    return any(split(room)[0] in prefixes for prefixes in typed().values())


def viewed(members: Mapping[str, Iterable[Member]]) -> set[View]:
    """Return who of the members of these rooms, by name, looks at a conversation."""
    return {
        (name, member.user_id)
        for name, present in members.items()
        if is_conversation(name)
        for member in present
        if member.is_viewing
    }


def store(views: Collection[View], ended: Collection[View] = ()) -> None:
    """Say who looks at what by this process, and who does no more."""

    def call(redis: Redis) -> None:
        with redis.pipeline(transaction=False) as pipeline:
            for room, user_id in views:
                pipeline.sadd(_key(room), _member(user_id))
                pipeline.expire(_key(room), KEEP_SECONDS)
            for room, user_id in ended:
                pipeline.srem(_key(room), _member(user_id))
            pipeline.execute()

    if views or ended:
        try_redis(call, None)


def viewers(rooms: Collection[str], user_ids: Collection[int]) -> set[int]:
    """Return those of these people who look at one of these rooms now. Without Redis: nobody."""

    def call(redis: Redis) -> set[int]:
        with redis.pipeline(transaction=False) as pipeline:
            pipeline.zrangebyscore(PROCESSES, time.time(), "+inf")
            for room in rooms:
                pipeline.smembers(_key(room))
            alive, *found = pipeline.execute()
        pairs = [member.decode().split(":") for members in found for member in members]
        return {int(user_id) for user_id, process in pairs if process.encode() in alive} & set(user_ids)

    return try_redis(call, set[int]()) if rooms and user_ids else set()


def _key(room: str) -> str:
    return f"support:viewing:{room}"


def _member(user_id: int) -> str:
    return f"{user_id}:{places().process}"
