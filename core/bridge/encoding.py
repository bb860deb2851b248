"""Whether the client keeps up. Daphne's `send` never waits, so the bridge asks Twisted itself."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from core.bridge.asgi import Send


class Wire(Protocol):
    """The connection under one long response."""

    open: bool
    """False while the client has more to take than the transport should hold."""

    def release(self) -> None:
        """Stop watching; before the last message of a response."""

    def cut(self, *, flush: bool) -> None:
        """End the connection without ending the response, so that the client sees it is incomplete."""


class ResponseCut(Exception):
    """Tells a server other than daphne to drop the connection of an incomplete response."""


class PlainWire:
    """A server whose `send` waits for the client by itself (uvicorn, hypercorn)."""

    open = True

    def release(self) -> None:
        """Nothing was watched."""

    def cut(self, *, flush: bool) -> None:
        """Raises ResponseCut, which the server answers by closing."""
        raise ResponseCut


class DaphneWire:
    """Daphne: a Twisted push producer that never produces, and so learns of every pause."""

    def __init__(self, request: Any, stir: Callable[[], None]) -> None:
        self.open = True
        self._request = request
        self._stir = stir
        self._watching = True
        request.registerProducer(self, True)

    def pauseProducing(self) -> None:
        """Twisted: the buffer is full."""
        self.open = False

    def resumeProducing(self) -> None:
        """Twisted: the buffer is empty."""
        self.open = True
        self._stir()

    def stopProducing(self) -> None:
        """Twisted: the connection is gone."""
        self.resumeProducing()

    def release(self) -> None:
        """Stop watching."""
        if self._watching and self._channel() is not None:
            self._request.unregisterProducer()
        self._watching = False

    def cut(self, *, flush: bool) -> None:
        """Close after what is buffered (`flush`), or at once when the client takes nothing."""
        self.release()
        channel = self._channel()
        if channel is None:
            return
        if flush:
            channel.loseConnection()
        else:
            channel.transport.abortConnection()

    def _channel(self) -> Any:
        """None once the client left; Twisted removes the attribute when the request is over."""
        return getattr(self._request, "channel", None)


def wire_under(send: Send, stir: Callable[[], None]) -> Wire:
    """The wire of this response; `stir` is called when it opens again."""
    request = daphne_request(send)
    if request is not None and getattr(request, "channel", None) is not None:
        return DaphneWire(request, stir)
    return PlainWire()


def daphne_request(send: Send) -> Any:
    """Daphne's own request object behind `send`, or None under another server."""
    request = send.args[0] if isinstance(send, partial) and send.args else None
    return request if hasattr(request, "registerProducer") else None
