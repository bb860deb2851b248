"""The other end of one request: what it asked, how to answer, and whether it is still there."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor

from core.bridge.answer import Answer
from core.bridge.asgi import Headers, Receive, Scope, Send, connection
from core.bridge.refusals import request_id_of

log = logging.getLogger(__name__)


class ResponseCut(Exception):
    """The response broke off after it had begun: the server drops the connection, so that it is not taken for whole."""


class Client:
    """One request's three ASGI arguments and its id. `gone` is known only while watched."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.method: str = scope["method"]
        self.request_id = request_id_of(scope)
        self.gone = False
        self.answered = False
        """True once an answer has begun, so that no other can."""
        self._send = send
        self._on_gone: Callable[[], object] | None = None
        self._watch: asyncio.Task[None] | None = None

    async def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Send an answer whose body is at hand; HEAD gets its headers alone."""
        await self._begin(status, headers)
        await self._send({"type": "http.response.body", "body": b"" if self.method == "HEAD" else body})

    async def send_file(self, answer: Answer, readers: Executor, stall_seconds: float) -> None:
        """Send a file a chunk at a time, the next one when the client took the last, at most its announced length.

        Raises ResponseCut if the file is shorter, cannot be read, or nothing is taken for `stall_seconds`.
        """
        assert answer.file is not None
        loop, left = asyncio.get_running_loop(), answer.announced
        self.on_gone(lambda: None)
        while data := await loop.run_in_executor(readers, answer.file.read):
            if not self.answered:
                await self._begin(answer.status, answer.headers)
            if left is not None:
                data = data[:left]
                left -= len(data)
            await self._send_chunk(data, stall_seconds)
            if self.gone or left == 0:
                break
        if self.gone:
            return
        if left:
            raise ResponseCut
        if not self.answered:
            await self._begin(answer.status, answer.headers)
        await self._send({"type": "http.response.body", "body": b""})

    def on_gone(self, act: Callable[[], object]) -> None:
        """Call this (and nothing given before) when the client disconnects.

        Costs a task, so only requests that wait or send a file are watched; `leave` ends it.
        """
        self._on_gone = act
        if self.gone:
            act()
        elif self._watch is None:
            self._watch = asyncio.get_running_loop().create_task(self._await_disconnect())

    async def has_left(self) -> bool:
        """Tell whether the client has disconnected by now."""
        self.on_gone(lambda: None)
        await asyncio.sleep(0)  # the watch reads what is already there
        return self.gone

    def leave(self) -> None:
        """Stop watching: the request is over."""
        if self._watch is not None:
            self._watch.cancel()

    async def _begin(self, status: int, headers: Headers) -> None:
        self.answered = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def _send_chunk(self, data: bytes, stall_seconds: float) -> None:
        held = connection.get()
        try:
            async with asyncio.timeout(stall_seconds):
                if held is not None:
                    await held.drained()
                if not self.gone:
                    await self._send({"type": "http.response.body", "body": data, "more_body": True})
        except TimeoutError:
            log.warning("a reader took nothing for %s s and was cut off", stall_seconds)
            if held is None:
                raise ResponseCut from None
            self.gone = True
            held.abort()

    async def _await_disconnect(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if self._on_gone is not None:
            self._on_gone()
