"""Runs one request through the WSGI application, in a pool thread, up to a whole answer or one that goes on."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from core.bridge.asgi import Headers
from core.bridge.body import Body
from core.bridge.environ import Environ
from core.bridge.heads import announced_length, bodyless, outgoing, settled_length

log = logging.getLogger(__name__)

WsgiApp = Callable[..., Iterable[bytes]]
CHUNK_BYTES = 1 << 17


class FileBody:
    """Our `wsgi.file_wrapper`: a response that is a file, which the loop sends once the pool thread is free."""

    def __init__(self, file: Any, block_size: int = CHUNK_BYTES) -> None:
        self._file = file

    def read(self) -> bytes:
        """The next chunk, empty at the end."""
        data: bytes = self._file.read(CHUNK_BYTES)
        return data

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")

    def close(self) -> None:
        """Close the file (Django hangs the response's own close here)."""
        close = getattr(self._file, "close", None)
        if close is not None:
            close()


class Answer:
    """What the application answered. `source` None: `body` is the whole of it, and all is closed.

    Else `source` is iterated elsewhere, and who does so calls `close`. Used by one thread at a time.
    """

    def __init__(self, body: Body) -> None:
        self.body = b""
        self.source: Iterable[bytes] | None = None
        self.request_body = body
        self._result: Iterable[bytes] | None = None
        self._started: tuple[int, Headers] | None = None
        self._written: list[bytes] = []

    @property
    def status(self) -> int:
        """The status given to start_response."""
        return self._start()[0]

    @property
    def headers(self) -> Headers:
        """The headers given to start_response."""
        return self._start()[1]

    @property
    def started(self) -> bool:
        """Whether start_response was called; a generator application calls it with its first chunk."""
        return self._started is not None

    def run(self, app: WsgiApp, environ: Environ) -> None:
        """Call the application. What is ready is read and closed here; a file or a generator is left open."""
        environ["wsgi.file_wrapper"] = FileBody
        self._result = app(environ, self._start_response)
        if self._goes_on():
            self.source = self._result
            return
        body = b"".join(self._result)
        self.body = self.written() + body
        self.close()

    def settle(self, method: str, request_id: str) -> None:
        """Make a whole answer ready to be sent: final headers, and no body where none may stand."""
        length = settled_length(method, self.status, self.body)
        self._started = self.status, outgoing(self.status, self.headers, request_id, length)
        if bodyless(method, self.status):
            self.body = b""

    def written(self) -> bytes:
        """What was given to start_response's old write() since the last call."""
        if not self._written:
            return b""
        written, self._written = b"".join(self._written), []
        return written

    def close(self) -> None:
        """Close the application's iterable, once, and the request's body; what they raise is logged."""
        result, self._result = self._result, None
        for close in (getattr(result, "close", None), self.request_body.file.close):
            try:
                if close is not None:
                    close()
            except Exception:
                log.exception("closing a response failed")

    def _start(self) -> tuple[int, Headers]:
        if self._started is None:
            raise RuntimeError("the application answered without calling start_response")
        return self._started

    def _goes_on(self) -> bool:
        """Django says by `streaming` whether a response is ready; of others, lists are. One chunk of file is read now:
        a stylesheet is not worth two more hops."""
        result = self._result
        if isinstance(result, FileBody):
            length = announced_length(self.headers)
            return length is None or length > CHUNK_BYTES
        return not isinstance(result, list | tuple) and getattr(result, "streaming", True) is not False

    def _start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if self._started is not None and exc_info is None:
            raise RuntimeError("start_response was called twice")
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self._started = int(status[:3]), encoded
        return self._written.append
