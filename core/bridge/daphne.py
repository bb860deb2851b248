"""Add what daphne itself lacks: our own factory, and a request that keeps its body on disk and its errors in our shape.

Daphne takes a body of any size whole before it calls the application, then reads it all into memory, parses forms
on the loop for nobody, and answers its own errors in HTML. Only public names of Twisted and daphne are used; the
camelCase methods are Twisted's. Imported in a daphne process alone.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import IO, Any

from daphne.http_protocol import WebRequest

from core.bridge.app import HttpBridge
from core.bridge.asgi import connection
from core.bridge.body import new_body
from core.bridge.channel import BoundedChannel, SlowSenders
from core.bridge.refusals import REASONS

_BY_STATUS = {reason.status: name for name, reason in reversed(REASONS.items())}


def guarded(factory: Any, bridge: HttpBridge) -> Any:
    """Return daphne's HTTP factory with our channel and our request; raises AttributeError if it is another one."""
    factory.protocol, factory.buildProtocol  # noqa: B018 (raises where they are missing)

    class GuardedFactory(factory):
        protocol = BoundedChannel

        def __init__(self, server: Any) -> None:
            super().__init__(server)
            self.bridge = bridge
            self.slow = SlowSenders(bridge.limits.slow_per_address)
            server.kill_all_applications = partial(_end_applications, server, server.kill_all_applications)

        def buildProtocol(self, addr: Any) -> Any:
            channel = super().buildProtocol(addr)
            channel.requestFactory = GuardedRequest
            return channel

        def log(self, request: Any) -> None:
            """Word no access line: daphne sends it nowhere."""

    return GuardedFactory


def _end_applications(server: Any, end: Callable[[], Any]) -> Any:
    """End daphne's applications at its stop; it takes for granted that every connection has one by then."""
    none = asyncio.get_event_loop().create_future()
    none.set_result(None)
    for details in server.connections.values():
        details.setdefault("application_instance", none)
    return end()


class GuardedRequest(WebRequest):
    """Daphne's request, which is the bridge's `Connection` as well."""

    content: IO[bytes]

    def __init__(self, channel: Any, queued: Any) -> None:
        super().__init__(channel, queued, parsePOSTFormSubmission=False)
        self._limits = channel.factory.bridge.limits
        self._room = 0
        self._body: IO[bytes] | None = None
        self._open: asyncio.Event | None = None
        self._answered = False

    def __repr__(self) -> str:
        """Name the request for logs, without what its query may hold."""
        return f"<Request {self.method!r} {self.path!r}>"

    def gotLength(self, length: int | None) -> None:
        """Take the head as complete; `length` is None for a chunked body."""
        self._room = self._limits.body_cap(self.channel.path)
        self.content = new_body(length)
        if length is not None and length > self._room:
            self.requestHeaders.removeHeader(b"expect")
            self.channel.refuse("too_large")

    def handleContentChunk(self, data: bytes) -> None:
        """Take a piece of the body; refuse the request beyond its cap, or when the disk takes no more."""
        self._room -= len(data)
        if self._room < 0:
            self.channel.refuse("too_large")
            return
        try:
            self.content.write(data)
        except OSError:
            self.channel.refuse("no_room")

    def requestReceived(self, *args: Any) -> None:
        """Take the request as complete."""
        try:
            self.content.flush()
        except OSError:
            self.channel.refuse("no_room")
        else:
            super().requestReceived(*args)

    def process(self) -> Any:
        """Start the application; it takes the body from us, where daphne would hand it over piece by piece."""
        self._body, self.content = self.content, BytesIO()
        token = connection.set(self)
        try:
            return super().process()
        finally:
            connection.reset(token)

    def take_body(self) -> IO[bytes]:
        """Return the complete body, at its beginning; the caller closes it."""
        body, self._body = self._body or BytesIO(), None
        body.seek(0)
        return body

    async def drained(self) -> None:
        """Wait until the client has taken what was sent, or is gone."""
        if self._open is None:
            self._open = asyncio.Event()
            self._open.set()
            self.registerProducer(self, True)
        await self._open.wait()

    def abort(self) -> None:
        """Drop the connection at once."""
        if self.channel is not None:
            self.channel.transport.abortConnection()

    def pauseProducing(self) -> None:
        """Hold back: the transport's buffer is full."""
        if self._open is not None:
            self._open.clear()

    def resumeProducing(self) -> None:
        """Go on: the transport's buffer is empty."""
        if self._open is not None:
            self._open.set()

    stopProducing = resumeProducing

    def handle_reply(self, message: Any) -> None:
        """Send a part of the answer."""
        self._answered = self._answered or message["type"] == "http.response.start"
        super().handle_reply(message)

    def finish(self) -> None:
        """Take the answer as complete."""
        self._let_go()
        if self.producer is not None:
            self.unregisterProducer()
        super().finish()

    def connectionLost(self, reason: Any) -> None:
        """Let go: the client is gone."""
        self._let_go()
        super().connectionLost(reason)

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Refuse in our shape what daphne refuses itself; an answer that has begun is cut instead."""
        if self._answered:
            self.loseConnection()
            return
        status, headers, text = self.channel.refusal(_BY_STATUS.get(status, "internal"))
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": text})

    def _let_go(self) -> None:
        self.resumeProducing()
        if self._body is not None:
            self._body.close()
            self._body = None
