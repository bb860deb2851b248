"""Reads a request's body on the loop, under its cap, without keeping large ones in memory."""

import tempfile
from io import BytesIO
from typing import IO, Any

from core.bridge.asgi import Receive, Scope, connection, header

SPOOL_BYTES = 1 << 17
"""Bodies above this go to a temporary file, so a hundred uploads do not eat the memory."""


class BodyTooLarge(Exception):
    """The body is, or says it is, larger than the path takes."""


class BodyInvalid(Exception):
    """The length the client gave is not a number."""


class ClientGone(Exception):
    """The client left before their request was complete."""


class NoRoom(Exception):
    """The temporary folder takes no file: it is full or cannot be written."""


def new_body(length: int | None) -> IO[bytes]:
    """Return an empty file for a body of this length, None if it is not known."""
    if length is not None and length <= SPOOL_BYTES:
        return BytesIO()
    return tempfile.SpooledTemporaryFile(SPOOL_BYTES)


def refuse_announced(scope: Scope, cap: int) -> None:
    """Refuse by Content-Length before a byte is read."""
    announced = header(scope, b"content-length")
    if announced is None:
        return
    if not announced.isdigit():
        raise BodyInvalid
    if len(announced) > 18 or int(announced) > cap:  # int() refuses thousands of digits
        raise BodyTooLarge


async def read_body(receive: Receive, cap: int) -> IO[bytes]:
    """Return the whole body. Raises BodyTooLarge above `cap` bytes, ClientGone and NoRoom."""
    held = connection.get()
    if held is not None:
        return held.take_body()
    body = new_body(None)
    try:
        while (message := await receive())["type"] == "http.request":
            if body.tell() + len(message.get("body", b"")) > cap:
                raise BodyTooLarge
            body.write(message.get("body", b""))
            if not message.get("more_body"):
                body.flush()
                return body
        raise ClientGone
    except OSError as error:
        body.close()
        raise NoRoom from error
    except BaseException:
        body.close()
        raise


def with_body(receive: Receive) -> Receive:
    """Return a `receive` for ASGI applications beside the bridge: it brings the body that the server kept whole."""
    held = connection.get()

    async def bring() -> Any:
        message = await receive()
        if held is None or message["type"] != "http.request":
            return message
        with held.take_body() as body:
            return {"type": "http.request", "body": body.read(), "more_body": False}

    return bring
