"""The shapes of ASGI that the bridge speaks, and what a server may offer beyond them."""

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import IO, Any, Protocol

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Connection(Protocol):
    """A request's connection, where the server shows it: ours does (core.bridge.daphne), others need not."""

    def take_body(self) -> IO[bytes]:
        """Return the complete request body, at its beginning; the caller closes it."""

    async def drained(self) -> None:
        """Wait until the client has taken what was sent, or is gone."""

    def abort(self) -> None:
        """Drop the connection at once."""


connection: ContextVar[Connection | None] = ContextVar("connection", default=None)
"""Set by the server while it starts a request's application."""


def header(scope: Scope, wanted: bytes) -> bytes | None:
    """Return the first value of the header with this lower-case name, or None."""
    for name, value in scope["headers"]:
        if name == wanted:
            found: bytes = value
            return found
    return None
