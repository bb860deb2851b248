"""The shapes of ASGI that the bridge speaks, named once."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]
Headers = list[Header]


def header(scope: Scope, wanted: bytes) -> bytes | None:
    """The first value of the header with this lower-case name, or None."""
    for name, value in scope["headers"]:
        if name == wanted:
            found: bytes = value
            return found
    return None
