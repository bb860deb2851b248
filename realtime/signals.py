"""Signals from one hub to all others through the channel layer: those of one turn of the loop are one message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from channels.layers import get_channel_layer

from realtime.notifier import Signal

logger = structlog.get_logger(__name__)
GROUP, MESSAGE = "realtime", "realtime.signals"
RETRY_SECONDS = 1.0
MOST_WAITING = 10_000


class SignalExchange:
    """The hub's place in the group of all hubs; what cannot be sent is lost, as signals may be."""

    def __init__(self, hub_id: str, on_signal: Callable[[Signal], None]) -> None:
        self._hub_id, self._on_signal = hub_id, on_signal
        self._waiting: list[Signal] = []
        self._sending: asyncio.Task[None] | None = None

    def send(self, signal: Signal) -> None:
        """Send a signal to the other hubs, together with others that wait."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(signal)
        if self._sending is None:
            self._sending = asyncio.ensure_future(self._send())

    async def _send(self) -> None:
        layer: Any = get_channel_layer()
        try:
            while self._waiting:
                signals, self._waiting = self._waiting, []
                await layer.group_send(GROUP, {"type": MESSAGE, "hub": self._hub_id, "signals": signals})
        except Exception as error:
            self._waiting.clear()
            logger.warning("channel_layer_unavailable", error=repr(error)[:200])
            await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._sending = None

    async def receive(self) -> None:
        """Hear the signals of other hubs, for ever."""
        layer: Any = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
                while True:
                    self._heard(await layer.receive(channel))
            except Exception as error:
                logger.warning("channel_layer_unavailable", error=repr(error)[:200])
                await asyncio.sleep(RETRY_SECONDS)

    def _heard(self, message: dict[str, Any]) -> None:
        if message.get("type") == MESSAGE and message["hub"] != self._hub_id:
            for signal in message["signals"]:
                self._on_signal(signal)
