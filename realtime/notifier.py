"""Telling every web process that a room has news: one pipelined PUBLISH to the channel layer's groups.

A doorbell may be lost: it costs latency, never an event. It never raises, waits at most 0.2 s, and is skipped for a
second after an error (core.stores).
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from core.stores import answers, try_redis
from realtime import log

RING, SIGNAL = "rt.ring", "rt.signal"
MAX_INLINE_BYTES = 16_384
_SAFE = re.compile(r"[a-z-]+:[A-Za-z0-9_-]{1,64}")


def group_of(room: str) -> str:
    """The channel layer's name for a room, which may hold letters, digits, `-`, `_` and `.` alone."""
    if _SAFE.fullmatch(room):
        return "r." + room.replace(":", ".")
    return "r.h." + hashlib.sha256(room.encode()).hexdigest()


def ring(events: Iterable[log.Stored]) -> None:
    """Ring for committed events, with the numbers that the database gave them."""
    publish((stored.room, ring_message(stored)) for stored in events)


def ring_message(stored: log.Stored) -> dict[str, Any]:
    """One stored event on the channel layer; a large one names its number alone, and hubs read it from the log."""
    data = stored.data if stored.data is not None and len(stored.data) <= MAX_INLINE_BYTES else None
    return {
        "type": RING,
        "room": stored.room,
        "seq": stored.seq,
        "id": stored.event_id,
        "event": stored.event,
        "data": data,
        "at": stored.at,
    }


Message = tuple[str, Mapping[str, Any]]
"""A room, and what its group is told."""


def publish(messages: Iterable[Message]) -> None:
    """Send messages to rooms in one round trip; blocks."""
    telling = [("PUBLISH", channel, content) for channel, content in packed(messages)]
    if telling:
        try_redis(lambda redis: answers(redis, telling), [])


def packed(messages: Iterable[Message]) -> list[tuple[str, bytes]]:
    """Each message as Redis is told it: channel and content."""
    return [(channel_of(room), pack(message)) for room, message in messages]


@lru_cache(maxsize=20_000)
def channel_of(room: str) -> str:
    """The Redis channel of a room.

    That a group's messages travel on `<prefix>__group__<group>` is the channel layer's private affair, held by a test.
    """
    layer: Any = settings.CHANNEL_LAYERS["default"]
    return f"{layer['CONFIG']['prefix']}__group__{group_of(room)}"


def pack(message: Mapping[str, Any]) -> bytes:
    """A message as the channel layer would write it."""
    return bytes(get_channel_layer().serialize(message))


def unpack(content: bytes) -> dict[str, Any]:
    """What `pack` was given."""
    return dict(get_channel_layer().deserialize(content))
