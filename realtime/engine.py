"""Engine.IO straight on a WebSocket of daphne's: no queue, no tasks, no timed waits for each client.

python-engineio gives every client a queue, a task that empties it, and one that waits for each of its frames; they
cost half of what a socket costs. Clients that poll or upgrade from polling keep them.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import structlog
from engineio.async_socket import AsyncSocket
from engineio.exceptions import SocketIsClosedError, UnknownPacketError
from engineio.packet import PING, Packet, packet_names

from realtime.frames import websocket_text
from realtime.writers import DaphneWriter

logger = structlog.get_logger(__name__)
NORMAL_CLOSURE = 1000
_OVERRIDDEN = ("_websocket_handler", "schedule_ping", "receive", "close", "check_ping_timeout")


class _Outbox:
    """Stands where the queue was: a packet is on its way at once, or when the WebSocket has opened."""

    __slots__ = ("_early", "_writer")

    def __init__(self, writer: DaphneWriter) -> None:
        self._writer = writer
        self._early: list[Packet] | None = []

    def put_nowait(self, packet: Packet | None) -> None:
        if packet is None:
            return
        if self._early is not None:
            self._early.append(packet)
            return
        self._writer.write(websocket_text(packet.encode().encode()))

    async def put(self, packet: Packet | None) -> None:
        self.put_nowait(packet)

    async def join(self) -> None:
        """Nothing waits here."""

    def open(self) -> None:
        early, self._early = self._early or [], None
        for packet in early:
            self.put_nowait(packet)

    def close(self) -> None:
        self._writer.close(NORMAL_CLOSURE)


class DirectSocket(AsyncSocket):  # type: ignore[misc]
    """An Engine.IO client whose only transport is a WebSocket."""

    queue: Any
    last_ping: float | None
    _ping_timer: asyncio.TimerHandle | None = None

    @classmethod
    def adopt(cls, socket: AsyncSocket, writer: DaphneWriter) -> None:
        """Make a socket of python-engineio, which has not yet begun to read or write, one of these.

        One whose insides are not as known stays what it is, with its queue and tasks.
        """
        if not all(hasattr(AsyncSocket, name) for name in _OVERRIDDEN) or not hasattr(socket, "queue"):
            logger.warning("engineio_unknown", consequence="Socket.IO clients take more memory")
            return
        waiting, socket.queue = socket.queue, _Outbox(writer)
        while not waiting.empty():
            socket.queue.put_nowait(waiting.get_nowait())
        socket.__class__ = cls

    def schedule_ping(self) -> None:
        if self.last_ping:
            self.last_ping = None
            self._ping_timer = asyncio.get_running_loop().call_later(self.server.ping_interval, self._ping)

    def _ping(self) -> None:
        if not self.closing and not self.closed:
            self.last_ping = time.time()
            self.queue.put_nowait(Packet(PING))

    async def _websocket_handler(self, ws: Any) -> None:
        self.connected = self.upgraded = True
        self.queue.open()
        try:
            while not self.closed:
                await self._receive_one(await ws.wait())
        except (OSError, ValueError, SocketIsClosedError):
            pass  # the client went, or sent what is no packet
        finally:
            if self._ping_timer is not None:
                self._ping_timer.cancel()
            await ws.close()
            await self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)

    async def _receive_one(self, content: str | bytes) -> None:
        if len(content) > self.server.max_http_buffer_size:
            raise ValueError("packet is too large")
        packet = Packet(encoded_packet=content)
        if packet.packet_type >= len(packet_names):
            raise ValueError("there is no such packet")
        try:
            await self.receive(packet)
        except (UnknownPacketError, SocketIsClosedError):
            pass
        except Exception:
            self.server.logger.exception("Unknown receive error")

    async def close(self, wait: bool = True, abort: bool = False, reason: Any = None) -> None:
        before = self.closed
        await super().close(wait=wait, abort=abort, reason=reason)
        if self.closed and not before and not abort:
            self.queue.close()
