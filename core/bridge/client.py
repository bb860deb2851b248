"""The other end of one request: what it asked, how to answer, and whether it is still there."""

import asyncio
from collections.abc import Callable

from core.bridge.asgi import Headers, Receive, Scope, Send
from core.bridge.refusals import request_id_of


class Client:
    """One request's three ASGI arguments and its id. `gone` is known only while watched."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.method: str = scope["method"]
        self.request_id = request_id_of(scope)
        self.gone = False
        self.answered = False
        """Whether an answer has begun, so that no other can."""
        self._on_gone: Callable[[], object] | None = None
        self._watch: asyncio.Task[None] | None = None

    async def begin(self, status: int, headers: Headers) -> None:
        """Send the status and headers of the answer."""
        self.answered = True
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Send an answer whose body is at hand; HEAD gets its headers alone."""
        await self.begin(status, headers)
        await self.send({"type": "http.response.body", "body": b"" if self.method == "HEAD" else body})

    def watch(self, on_gone: Callable[[], object]) -> None:
        """From now on call this (and nothing given before) when the client disconnects.

        Costs a task, so only requests that wait or stream are watched; `leave` ends it.
        """
        self._on_gone = on_gone
        if self.gone:
            on_gone()
        elif self._watch is None:
            self._watch = asyncio.get_running_loop().create_task(self._await_disconnect())

    async def has_left(self) -> bool:
        """Whether the client has disconnected by now."""
        self.watch(lambda: None)
        await asyncio.sleep(0)  # the watch reads what is already there
        return self.gone

    def leave(self) -> None:
        """The request is over: stop watching."""
        if self._watch is not None:
            self._watch.cancel()

    async def _await_disconnect(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if self._on_gone is not None:
            self._on_gone()
