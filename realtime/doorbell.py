"""Telling every web process that a room has news: one pipelined PUBLISH to the channel layer's groups.

A doorbell may be lost: it costs latency, never an event. It never raises, waits at most 0.2 s, and is skipped for a
second after an error (core.stores).
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from redis import Redis

from core.stores import try_redis
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
    batch = list(messages)
    packed = packed_for_redis(batch)
    if packed is None:
        async_to_sync(by_layer)(batch)
        return

    def send(redis: Redis) -> None:
        with redis.pipeline(transaction=False) as pipeline:
            for channel, content in packed:
                pipeline.publish(channel, content)
            pipeline.execute()

    if packed:
        try_redis(send, None)


def packed_for_redis(messages: Iterable[Message]) -> list[tuple[str, bytes]] | None:
    """Redis channels and what to publish there; None when the channel layer is another than the one we know."""
    prefix = _pubsub_prefix()
    if prefix is None:
        return None
    layer: Any = get_channel_layer()
    return [(f"{prefix}__group__{group_of(room)}", layer.serialize(message)) for room, message in messages]


async def by_layer(messages: Iterable[Message]) -> None:
    """Send messages to rooms through the layer's own door."""
    layer: Any = get_channel_layer()
    for room, message in messages:
        await layer.group_send(group_of(room), message)


@cache
def _pubsub_prefix() -> str | None:
    """The prefix of RedisPubSubChannelLayer's channels; None for any other layer.

    That a group's messages travel on `<prefix>__group__<group>` is the layer's private affair, held by a test.
    """
    configured: dict[str, Any] = dict(settings.CHANNEL_LAYERS["default"])
    if not configured["BACKEND"].endswith(".RedisPubSubChannelLayer"):
        return None
    return str(configured["CONFIG"].get("prefix", "asgi"))
