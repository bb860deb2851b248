"""What daphne itself lacks: a cap on bodies while they arrive, and errors in the API's shape.

Daphne takes a body of any size whole before it calls the application, parses forms a second time on the loop,
and answers its own errors in HTML.
"""

import sys
from functools import partial
from typing import Any

from core.bridge.app import HttpBridge
from core.bridge.asgi import Scope
from core.bridge.refusals import STATUS, refusal_headers, request_id_of

DRAIN_SECONDS = 10.0
"""How long a refused client may go on sending, so that it gets to read why."""

_CODES = {status: code for code, status in STATUS.items()}


def guard_daphne(bridge: HttpBridge) -> bool:
    """Make the daphne of this process, if it is one, keep the bridge's caps; call it before daphne listens."""
    daphne = sys.modules.get("daphne.http_protocol")
    if daphne is None:
        return False
    daphne.WebRequest = _guarded(daphne.WebRequest, bridge)  # type: ignore[attr-defined]
    return True


def _guarded(base: Any, bridge: HttpBridge) -> Any:
    """The request class of daphne under the bridge's caps."""

    class GuardedRequest(base):  # type: ignore[misc]
        _room = 0
        _refused = False

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._parsePOSTFormSubmission = False

        def gotLength(self, length: int | None) -> None:
            super().gotLength(length)
            path = self.channel._path.partition(b"?")[0].decode("latin-1")
            self._room = bridge.limits.body_cap(path)
            if length is not None and length > self._room:
                self._refuse_body()

        def handleContentChunk(self, data: bytes) -> None:
            if self._refused:
                return
            self._room -= len(data)
            if self._room < 0:
                self._refuse_body()
            else:
                super().handleContentChunk(data)

        def requestReceived(self, *args: Any) -> None:
            if self._refused:
                self.channel.loseConnection()
            else:
                super().requestReceived(*args)

        def basic_error(self, status: int, status_text: bytes, body: str) -> None:
            if self._response_started:
                self.channel.loseConnection()
                return
            code = _CODES.get(status, "internal")
            scope = _scope(self)
            request_id = request_id_of(scope)
            text = bridge.refusal(code, scope, request_id)
            headers = refusal_headers(code, text, request_id)
            self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
            self.handle_reply({"type": "http.response.body", "body": text})

        def _refuse_body(self) -> None:
            """Answer 413 at once, then read on and forget, since closing with unread data would void the answer."""
            self._refused = True
            self.requestHeaders.removeHeader(b"expect")
            self.channel.transport.write(_raw_refusal(bridge, _scope(self)))
            self.channel.callLater(DRAIN_SECONDS, partial(_abort, self))

    return GuardedRequest


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
