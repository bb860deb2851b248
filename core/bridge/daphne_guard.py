"""What daphne itself lacks: a cap on bodies while they arrive, large ones kept on disk, errors in the API's shape.

Daphne takes a body of any size whole before it calls the application, then reads it all into memory, parses forms
on the loop for nobody, and answers its own errors in HTML.
"""

import sys
from functools import partial
from io import SEEK_END, BytesIO
from typing import IO, Any

from core.bridge.app import HttpBridge
from core.bridge.asgi import Scope
from core.bridge.body import SPOOL_BYTES
from core.bridge.refusals import STATUS, refusal_headers, request_id_of

DRAIN_SECONDS = 10.0
"""How long a refused client may go on sending, so that it gets to read why."""

_CODES = {status: code for code, status in STATUS.items()}
_DaphneRequest: Any = object  # the real one is known only in a daphne process


def guard_daphne(bridge: HttpBridge) -> bool:
    """Make the daphne of this process, if it is one, keep the bridge's bounds; call it before daphne listens."""
    daphne = sys.modules.get("daphne.http_protocol")
    if daphne is None:
        return False
    request = type("GuardedRequest", (_Guard, daphne.WebRequest), {"bridge": bridge})
    daphne.WebRequest = request  # type: ignore[attr-defined]
    # Twisted words an access line for each request, which daphne sends nowhere.
    daphne.HTTPFactory.log = lambda _factory, _request: None
    return True


class _Guard(_DaphneRequest):  # type: ignore[misc]
    """Stands before daphne's WebRequest; the camelCase methods are Twisted's."""

    bridge: HttpBridge
    content: IO[bytes]
    _room = 0
    _refused = False
    _held: IO[bytes] | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._parsePOSTFormSubmission = False

    def gotLength(self, length: int | None) -> None:
        """The headers are complete; `length` is None for a chunked body."""
        super().gotLength(length)
        path = self.channel._path.partition(b"?")[0].decode("latin-1")
        self._room = self.bridge.limits.body_cap(path)
        if length is not None and length > self._room:
            self._refuse_body()

    def handleContentChunk(self, data: bytes) -> None:
        """A piece of the body arrived."""
        if self._refused:
            return
        self._room -= len(data)
        if self._room < 0:
            self._refuse_body()
        else:
            super().handleContentChunk(data)

    def requestReceived(self, *args: Any) -> None:
        """The request is complete."""
        if self._refused:
            self.channel.loseConnection()
        else:
            super().requestReceived(*args)

    def process(self) -> Any:
        """Keep a large body back in its file, where daphne would put it into memory piece by piece."""
        if self.content.seek(0, SEEK_END) > SPOOL_BYTES:
            self._held, self.content = self.content, BytesIO()
        return super().process()

    def take_body(self) -> IO[bytes] | None:
        """The file of a large body, once; whoever takes it closes it."""
        held, self._held = self._held, None
        return held

    def finish(self) -> None:
        """The answer is complete."""
        self._drop_body()
        super().finish()

    def connectionLost(self, reason: Any) -> None:
        """The client is gone."""
        self._drop_body()
        super().connectionLost(reason)

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Daphne refuses a request itself."""
        if self._response_started:
            self.channel.loseConnection()
            return
        code = _CODES.get(status, "internal")
        scope = _scope(self)
        request_id = request_id_of(scope)
        text = self.bridge.refusal(code, scope, request_id)
        headers = refusal_headers(code, text, request_id)
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": text})

    def _drop_body(self) -> None:
        held = self.take_body()
        if held is not None:
            held.close()

    def _refuse_body(self) -> None:
        """Answer 413 at once, then read on and forget, since closing with unread data would void the answer."""
        self._refused = True
        self.requestHeaders.removeHeader(b"expect")
        self.channel.transport.write(_raw_refusal(self.bridge, _scope(self)))
        self.channel.callLater(DRAIN_SECONDS, partial(_abort, self))


def _scope(request: Any) -> Scope:
    pairs = request.requestHeaders.getAllRawHeaders()
    headers = [(name.lower(), value) for name, values in pairs for value in values]
    return {"type": "http", "method": "GET", "path": "", "headers": headers}


def _raw_refusal(bridge: HttpBridge, scope: Scope) -> bytes:
    request_id = request_id_of(scope)
    body = bridge.refusal("too_large", scope, request_id)
    headers = [*refusal_headers("too_large", body, request_id), (b"connection", b"close")]
    lines = b"".join(b"%s: %s\r\n" % header for header in headers)
    return b"HTTP/1.1 413 Content Too Large\r\n%s\r\n%s" % (lines, body)


def _abort(request: Any) -> None:
    if request.channel is not None:
        request.channel.transport.abortConnection()
