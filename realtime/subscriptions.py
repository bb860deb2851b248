"""The hub's one channel on the channel layer, kept subscribed to the wanted groups through every fault of Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from channels.layers import get_channel_layer

logger = structlog.get_logger(__name__)
RETRY_SECONDS = 1.0
LINGER_SECONDS = 5.0
SETTLE_SECONDS = 0.02


class Subscriptions:
    """Wanted groups become subscribed in the background: joining a room never waits for Redis.

    After a group is subscribed, `check` gets the names of its rooms, since a doorbell may have rung before.
    """

    def __init__(
        self, on_message: Callable[[dict[str, Any]], None], check: Callable[[list[str]], Awaitable[None]]
    ) -> None:
        self._on_message, self._check = on_message, check
        self._wanted: set[str] = set()
        self._held: set[str] = set()
        self._fresh: dict[str, str] = {}
        self._changed = asyncio.Event()
        self._channel: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._tasks = [asyncio.ensure_future(self._pump()), asyncio.ensure_future(self._follow())]

    def want(self, group: str, room: str) -> None:
        self._wanted.add(group)
        self._fresh[group] = room
        self._changed.set()

    def drop(self, group: str) -> None:
        """Unsubscribe after a while, unless it is wanted again."""
        self._wanted.discard(group)
        self._fresh.pop(group, None)
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self._changed.set)

    async def _pump(self) -> None:
        layer: Any = get_channel_layer()
        while True:
            try:
                if not self._channel.done():
                    self._channel.set_result(await layer.new_channel())
                self._on_message(await layer.receive(self._channel.result()))
            except asyncio.CancelledError:
                raise
            except Exception as error:
                logger.warning("channel_layer_unavailable", error=repr(error)[:200])
                await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self) -> None:
        channel = await self._channel
        while True:
            await self._changed.wait()
            await asyncio.sleep(SETTLE_SECONDS)
            self._changed.clear()
            try:
                await self._apply(channel)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                logger.warning("subscription_failed", error=repr(error)[:200])
                self._changed.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _apply(self, channel: str) -> None:
        layer: Any = get_channel_layer()
        fresh = dict(self._fresh)
        for group in fresh:
            if group in self._wanted and group not in self._held:
                await layer.group_add(group, channel)
                self._held.add(group)
        for group in self._held - self._wanted:
            self._held.discard(group)
            await layer.group_discard(group, channel)
        await self._check(list(fresh.values()))
        for group, room in fresh.items():
            if self._fresh.get(group) == room:
                del self._fresh[group]
