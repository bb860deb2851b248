"""The channels this process listens to: wanted ones become subscribed in the background, and linger when dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from realtime.pubsub import Bus

logger = structlog.get_logger(__name__)
RETRY_SECONDS = 1.0
LINGER_SECONDS = 5.0
SETTLE_SECONDS = 0.02


class Subscriptions:
    """Joining a room never waits for Redis.

    After a channel is subscribed, `check` gets the names of its rooms, since a doorbell may have rung before.
    """

    def __init__(self, bus: Bus, check: Callable[[list[str]], Awaitable[None]]) -> None:
        self._bus, self._check = bus, check
        self._wanted: set[str] = set()
        self._held: set[str] = set()
        self._fresh: dict[str, str] = {}
        self._changed = asyncio.Event()
        self._task = asyncio.ensure_future(self._follow())

    def want(self, channel: str, room: str) -> None:
        self._wanted.add(channel)
        self._fresh[channel] = room
        self._changed.set()

    def drop(self, channel: str) -> None:
        """Unsubscribe after a while, unless it is wanted again."""
        self._wanted.discard(channel)
        self._fresh.pop(channel, None)
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self._changed.set)

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(SETTLE_SECONDS)
            self._changed.clear()
            try:
                await self._apply()
            except Exception as error:
                logger.warning("subscription_failed", error=repr(error)[:200])
                self._changed.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _apply(self) -> None:
        fresh = dict(self._fresh)
        new = [channel for channel in fresh if channel in self._wanted and channel not in self._held]
        old = self._held - self._wanted
        self._held.update(new)
        self._held -= old
        await self._bus.unsubscribe(old)
        await self._bus.subscribe(new)
        await self._check(list(fresh.values()))
        for channel, room in fresh.items():
            if self._fresh.get(channel) == room:
                del self._fresh[channel]
