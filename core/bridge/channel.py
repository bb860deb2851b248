"""One HTTP connection under daphne: how long a request may take to arrive, how long its head may be, how it is refused.

Only public names of Twisted's HTTPChannel are used, its timer among them; the camelCase methods are Twisted's. The one
name that is not, `_respondToBadRequestAndDisconnect`, is only overridden: without it Twisted's bare 400 goes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.protocols.basic import LineReceiver
from twisted.web.http import HTTPChannel

from core.bridge.asgi import Headers, Scope
from core.bridge.refusals import REASONS, refusal, request_id_of

if TYPE_CHECKING:
    from core.bridge.app import HttpBridge

LINGER_SECONDS = 2.0
LINGER_BYTES = 1 << 20
"""How long and how much a refused client may go on sending, so that it gets to read why."""


class SlowSenders:
    """The connections of each address whose request is long in coming; one too many costs the oldest its place."""

    def __init__(self, per_address: int) -> None:
        self._per_address = per_address
        self._of: dict[str, dict[BoundedChannel, None]] = {}

    def add(self, channel: BoundedChannel) -> None:
        """Count a slow connection, refusing the oldest of its address if they are too many."""
        here = self._of.setdefault(channel.address, {})
        here[channel] = None
        if self._per_address and channel.address and len(here) > self._per_address:
            next(iter(here)).refuse("too_slow")

    def remove(self, channel: BoundedChannel) -> None:
        """Forget a connection, counted or not."""
        here = self._of.get(channel.address, {})
        here.pop(channel, None)
        if not here:
            self._of.pop(channel.address, None)


class BoundedChannel(HTTPChannel):
    """Twisted's channel with a whole-request limit for the head, a floor of bytes a second for the body.

    Its timer runs from the first byte of a request until it is complete, and does not begin anew with every byte.
    """

    factory: Any
    path = ""
    """The path of the request that is arriving."""
    _begun = True
    """True from the first byte of a request; a new connection owes one as well."""
    _in_body = _refused = _slow = False
    _worded: Headers = []
    _head_bytes = _head_lines = _received = _discarded = 0

    def connectionMade(self) -> None:
        super().connectionMade()
        self.address = str(getattr(self.getPeer(), "host", ""))
        self.setTimeout(self._limits.slow_seconds)

    def dataReceived(self, data: bytes) -> None:
        """Take bytes; HTTPChannel's own would begin the time anew with each."""
        if self._refused:
            self._discard(len(data))
            return
        self._received += len(data)
        if not (self._begun or self.requests):
            self._begun = True
            self.setTimeout(self._limits.slow_seconds)
        LineReceiver.dataReceived(self, data)

    def lineReceived(self, line: bytes) -> Any:
        """Take a line of the head, as long as the head is within its bounds."""
        if self._refused:
            return True
        self._head_bytes += len(line)
        self._head_lines += 1
        if self._head_bytes > self.totalHeadersSize or self._head_lines > self.maxHeaders:
            return self.refuse("long_head")
        if line[:1] in b"aAxX":
            self._keep(line)
        before = len(self.requests)
        super().lineReceived(line)
        if len(self.requests) > before:
            target = [*line.split(), b"", b""][1]
            self.path = target.partition(b"?")[0].decode("latin-1")
        return self._refused

    def lineLengthExceeded(self, line: bytes) -> Any:
        """Refuse a request line or a header that is too long by itself."""
        return self.refuse("long_head" if self.requests else "long_address")

    def rawDataReceived(self, data: bytes) -> Any:
        """Take a piece of a body."""
        return True if self._refused else super().rawDataReceived(data)

    def allHeadersReceived(self) -> None:
        """Take the head as complete: from now on the body's floor holds."""
        self._in_body, self._received = True, 0
        if not self._slow:
            self.setTimeout(self._limits.slow_seconds)
        super().allHeadersReceived()

    def allContentReceived(self) -> None:
        """Take the request as complete: nothing more is owed until the next one begins."""
        if self._refused:
            return
        self._begun = self._in_body = False
        self._head_bytes = self._head_lines = 0
        self._worded = []
        self._forget()
        self.setTimeout(self.factory.timeOut)  # the idle time, for after the answer
        super().allContentReceived()

    def timeoutConnection(self) -> None:
        """Look at a request that is not complete in time."""
        if self._refused:
            self.transport.abortConnection()
        elif not self._begun:
            self.loseConnection()
        elif self._in_body:
            self._look_at_body()
        elif not self._slow:
            self._count_slow(self._limits.head_seconds - self._limits.slow_seconds)
        elif self._head_lines or self._received:
            self.refuse("too_slow")
        else:
            self.loseConnection()

    def refuse(self, name: str) -> bool:
        """Answer at once and close after a short word, since closing with unread data would void the answer."""
        if self._refused:
            return True
        self._refused = True
        self._forget()
        status, headers, body = self.refusal(name)
        lines = b"".join(b"%s: %s\r\n" % header for header in [*headers, (b"connection", b"close")])
        self.transport.write(b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (status, _PHRASES[status], lines, body))
        self.transport.loseWriteConnection()
        self.setTimeout(LINGER_SECONDS)
        return True

    def refusal(self, name: str) -> tuple[int, Headers, bytes]:
        """Return status, headers and JSON of a refusal in the words of the request that is arriving."""
        bridge: HttpBridge = self.factory.bridge
        scope: Scope = {"headers": self._worded}
        return refusal(name, scope, request_id_of(scope), bridge.language)

    def connectionLost(self, reason: Any) -> None:
        self._forget()
        super().connectionLost(reason)

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse("invalid")

    def _keep(self, line: bytes) -> None:
        """Remember what a refusal is worded by; Twisted hands a header over only with the line after it."""
        name, _, value = line.partition(b":")
        if name.lower() in (b"accept-language", b"x-request-id"):
            self._worded = [*self._worded, (name.lower(), value.strip())]

    @property
    def _limits(self) -> Any:
        return self.factory.bridge.limits

    def _look_at_body(self) -> None:
        if self._received < self._limits.body_rate * self._limits.slow_seconds:
            self.refuse("too_slow")
            return
        self._received = 0
        self._count_slow(self._limits.slow_seconds)

    def _count_slow(self, seconds: float) -> None:
        self.setTimeout(seconds)
        if not self._slow:
            self._slow = True
            self.factory.slow.add(self)

    def _forget(self) -> None:
        if self._slow:
            self._slow = False
            self.factory.slow.remove(self)

    def _discard(self, length: int) -> None:
        self._discarded += length
        if self._discarded > LINGER_BYTES:
            self.transport.abortConnection()


_PHRASES = {reason.status: b"Refused" for reason in REASONS.values()} | {
    400: b"Bad Request",
    408: b"Request Timeout",
    413: b"Content Too Large",
    414: b"URI Too Long",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}
