"""Runs one request through the WSGI application, in a pool thread, up to a whole answer or a file to be sent."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from core.bridge.asgi import Headers
from core.bridge.environ import Environ

log = logging.getLogger(__name__)

WsgiApp = Callable[..., Iterable[bytes]]
CHUNK_BYTES = 1 << 17
_HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade", b"te", b"trailer"}


class FileBody:
    """Our `wsgi.file_wrapper`: a response that is a file, which is sent once the pool thread is free."""

    def __init__(self, file: Any, block_size: int = CHUNK_BYTES) -> None:
        self._file = file

    def read(self) -> bytes:
        """Return the next chunk, empty at the end."""
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
    """Hold what the application answered: a whole `body`, or a `file` that is yet to be read.

    Only a file longer than a chunk is left open; every other response is read here, generators too.
    """

    def __init__(self, request_body: IO[bytes]) -> None:
        self.status = 0
        self.headers: Headers = []
        self.body = b""
        self.file: FileBody | None = None
        self._request_body = request_body
        self._result: Any = None
        self._written: list[bytes] = []

    def run(self, app: WsgiApp, environ: Environ, request_id: str) -> "Answer":
        """Call the application and make its answer ready to be sent."""
        environ["wsgi.file_wrapper"] = FileBody
        bare = environ["REQUEST_METHOD"] == "HEAD"
        try:
            self._result = app(environ, self._start_response)
            if isinstance(self._result, FileBody) and not (bare or self._short(self._result)):
                self.file = self._result
            else:
                self.body = b"".join([*self._written, *self._result]) if not self.body else self.body
            self._finish_headers(bare, request_id)
        except BaseException:
            self.close()
            raise
        if self.file is None:
            self.close()
        return self

    def close(self) -> None:
        """Close the application's iterable, once, and the request's body; what they raise is logged."""
        result, self._result = self._result, None
        for close in (getattr(result, "close", None), self._request_body.close):
            try:
                if close is not None:
                    close()
            except Exception:
                log.exception("closing a response failed")

    @property
    def announced(self) -> int | None:
        """Return the Content-Length that the application named, or None."""
        for name, value in self.headers:
            if name.lower() == b"content-length" and value.isdigit():
                return int(value)
        return None

    def _start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if self.status and exc_info is None:
            raise RuntimeError("start_response was called twice")
        self.status = int(status[:3])
        self.headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return self._written.append

    def _short(self, file: FileBody) -> bool:
        """Read a file that is no longer than a chunk: a stylesheet is not worth two more hops."""
        length = self.announced
        if length is None or length > CHUNK_BYTES:
            return False
        self.body = b"".join(file)
        return True

    def _finish_headers(self, bare: bool, request_id: str) -> None:
        """Drop hop-by-hop headers, set X-Request-Id and the true Content-Length (RFC 9110: 204 and 304 have none)."""
        if not self.status:
            raise RuntimeError("the application answered without calling start_response")
        keeps_length = self.file is not None or self.status == 304 or (bare and not self.body)
        dropped = _HOP_BY_HOP if keeps_length else {*_HOP_BY_HOP, b"content-length"}
        self.headers = [pair for pair in self.headers if pair[0].lower() not in dropped]
        if not keeps_length and self.status != 204:
            self.headers.append((b"Content-Length", b"%d" % len(self.body)))
        if not any(name.lower() == b"x-request-id" for name, _ in self.headers):
            self.headers.append((b"X-Request-Id", request_id.encode("ascii")))
        if bare or self.status in (204, 304) or self.status < 200:
            self.body = b""
