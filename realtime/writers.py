"""Writing to a WebSocket: under daphne straight into its transport, so that a room's frame is built once for all.

ASGI has no way to say how much waits for a slow reader; daphne's transport knows. Under another server each socket
gets a bounded account of its own and a task that waits for the server.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, Protocol

from realtime.frames import websocket_text

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
HEADER_BYTES = 10
_OF_TRANSPORT = ("dataBuffer", "offset", "_tempDataBuffer", "_tempDataLen", "disconnecting", "socket")
_OF_PROTOCOL = ("state", "STATE_OPEN", "sendCloseFrame", "failByDrop", "onCloseFrame", "dropConnection")
CLOSE_SECONDS = 5
"""How long a peer has to answer a close frame before its connection is cut, which may lose the frame on its way."""
FLUSH_SECONDS = 0.5
"""How long a server that goes down waits for its last words to be on their way."""


class Writer(Protocol):
    """One WebSocket's way out; `wire` is a finished frame as `frames.websocket_text` makes it."""

    def write(self, wire: bytes) -> None: ...
    def backlog(self) -> int: ...
    def close(self, code: int) -> None: ...


def writer_of(send: Send) -> Writer:
    """The quickest way out that this server offers."""
    protocol = send.args[0] if isinstance(send, partial) and send.args else None
    transport = getattr(protocol, "transport", None)
    known = all(hasattr(transport, name) for name in _OF_TRANSPORT) and all(hasattr(protocol, n) for n in _OF_PROTOCOL)
    # Twisted's own TLS has a transport without such a buffer.
    if known and not getattr(transport, "TLS", False):
        _close_by_frame(protocol)
        return DaphneWriter(protocol)
    return AsgiWriter(send)


def _close_by_frame(protocol: Any) -> None:
    """Make autobahn end a socket that breaks the protocol with a close frame (1002, 1007, 1009), as RFC 6455 says.

    It would take the peer's malformed close frame for the answer to its own and drop the connection with that unsent.
    """
    protocol.failByDrop = False
    protocol.closeHandshakeTimeout = CLOSE_SECONDS
    protocol.onCloseFrame = partial(_close_frame_came, protocol)


def _close_frame_came(protocol: Any, code: int | None, reason: bytes | None) -> Any:
    """Let autobahn answer, and drop the connection only when the answer is out."""
    kind = type(protocol)
    protocol.dropConnection = lambda abort=False: kind.dropConnection(protocol, abort=False)
    return kind.onCloseFrame(protocol, code, reason)


class DaphneWriter:
    """daphne's WebSocketProtocol (autobahn) over Twisted; what is used of them is held by a test.

    What a socket is sent in one turn of the loop goes out in one system call, straight into the socket: Twisted would
    first register for writing with the selector and take it back afterwards, for each frame.
    """

    __slots__ = ("_protocol", "_transport", "_waiting")

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._waiting: list[bytes] = []

    def write(self, wire: bytes) -> None:
        if not self._waiting:
            _to_flush(self)
        self._waiting.append(wire)

    def flush(self) -> None:
        """Send what waits; what the socket does not take now is Twisted's to send later, and comes before all else."""
        waiting, self._waiting = self._waiting, []
        protocol, transport = self._protocol, self._transport
        if not waiting or protocol.state != protocol.STATE_OPEN:
            return
        wire = waiting[0] if len(waiting) == 1 else b"".join(waiting)
        if not (transport.dataBuffer or transport._tempDataBuffer or transport.disconnecting):
            try:
                sent = transport.socket.send(wire)
            except OSError:  # full, or ended, which Twisted finds out by itself
                sent = 0
            if sent == len(wire):
                return
            wire = wire[sent:]
        transport.write(wire)

    def backlog(self) -> int:
        transport = self._transport
        return len(transport.dataBuffer) - transport.offset + transport._tempDataLen + sum(map(len, self._waiting))

    def close(self, code: int) -> None:
        self.flush()
        # Not sendClose, which refuses the server's own codes (1012, 1013).
        self._protocol.sendCloseFrame(code=code)


_unflushed: list[DaphneWriter] = []


def _to_flush(writer: DaphneWriter) -> None:
    """Flush a writer at the next turn of the loop, with all others that are written to in this one."""
    if not _unflushed:
        asyncio.get_running_loop().call_soon(_flush_all)
    _unflushed.append(writer)


def _flush_all() -> None:
    writers = _unflushed[:]
    _unflushed.clear()
    for writer in writers:
        writer.flush()


class AsgiWriter:
    """Any other server: frames wait here while the server waits for the reader."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[bytes | int] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None

    def write(self, wire: bytes) -> None:
        self._waiting.append(wire)
        self._bytes += len(wire)
        self._start()

    def backlog(self) -> int:
        return self._bytes

    def close(self, code: int) -> None:
        self._waiting.append(code)
        self._start()

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._drain())

    async def _drain(self) -> None:
        while self._waiting:
            item = self._waiting.popleft()
            if isinstance(item, int):
                await self._send({"type": "websocket.close", "code": item})
                return
            await self._send({"type": "websocket.send", "text": payload_of(item).decode()})
            self._bytes -= len(item)


def payload_of(wire: bytes) -> bytes:
    """The text inside a finished frame."""
    skip = {126: 4, 127: HEADER_BYTES}.get(wire[1], 2)
    return wire[skip:]


def text(content: str) -> bytes:
    """A finished frame for one receiver."""
    return websocket_text(content.encode())


def before_shutdown(say_goodbye: Callable[[], None]) -> None:
    """Run this when daphne is told to go, before it drops its connections; other servers end theirs in order."""
    reactor: Any = sys.modules.get("twisted.internet.reactor")
    if reactor is None:
        return
    from twisted.internet.task import deferLater

    def drain() -> Any:
        say_goodbye()
        return deferLater(reactor, FLUSH_SECONDS, lambda: None)

    reactor.addSystemEventTrigger("before", "shutdown", drain)
