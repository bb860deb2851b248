"""Reads a request's body on the loop, under its cap, without keeping large ones in memory."""

import tempfile
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from typing import IO

from core.bridge.asgi import Receive, Scope, Send, header
from core.bridge.encoding import daphne_request

SPOOL_BYTES = 1 << 20
"""Bodies above this go to a temporary file, so a hundred uploads do not eat the memory."""


class BodyTooLarge(Exception):
    """The body is, or says it is, larger than the path takes."""


class BodyInvalid(Exception):
    """The length the client gave is not a number."""


class ClientGone(Exception):
    """The client left before his request was complete."""


@dataclass(frozen=True, slots=True)
class Body:
    """A complete request body, at its beginning; `length` in bytes."""

    file: IO[bytes]
    length: int


def refuse_announced(scope: Scope, cap: int) -> None:
    """Refuse by Content-Length before a byte is read."""
    announced = header(scope, b"content-length")
    if announced is None:
        return
    if not announced.isdigit():
        raise BodyInvalid
    if len(announced) > 18 or int(announced) > cap:  # int() refuses thousands of digits
        raise BodyTooLarge


def held_body(send: Send) -> Body | None:
    """The file in which a guarded daphne already has a large body, or None; the caller closes it."""
    take = getattr(daphne_request(send), "take_body", None)
    file: IO[bytes] | None = take() if take is not None else None
    if file is None:
        return None
    length = file.seek(0, SEEK_END)
    file.seek(0)
    return Body(file, length)


async def read_body(receive: Receive, cap: int) -> Body:
    """The whole body. Raises BodyTooLarge above `cap` bytes and ClientGone; closes what it began."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        whole: bytes = message.get("body", b"")
        if len(whole) > cap:
            raise BodyTooLarge
        return Body(BytesIO(whole), len(whole))
    spool = _Spool(cap)
    try:
        while message["type"] == "http.request":
            spool.add(message.get("body", b""))
            if not message.get("more_body"):
                return spool.body()
            message = await receive()
        raise ClientGone
    except BaseException:
        spool.file.close()
        raise


class _Spool:
    def __init__(self, cap: int) -> None:
        self.file: IO[bytes] = BytesIO()
        self._cap = cap
        self._length = 0

    def add(self, chunk: bytes) -> None:
        before, self._length = self._length, self._length + len(chunk)
        if self._length > self._cap:
            raise BodyTooLarge
        if before <= SPOOL_BYTES < self._length:
            self._move_to_disk()
        self.file.write(chunk)

    def _move_to_disk(self) -> None:
        held, self.file = self.file, tempfile.TemporaryFile()  # noqa: SIM115 (closed with the body)
        held.seek(0)
        self.file.write(held.read())

    def body(self) -> Body:
        self.file.seek(0)
        return Body(self.file, self._length)
