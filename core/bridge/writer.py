"""The loop's side of a long response: writes it, waits for the reader, notices when he leaves."""

import asyncio
import logging

from core.bridge.asgi import Headers
from core.bridge.client import Client
from core.bridge.encoding import wire_under
from core.bridge.heads import announced_length

log = logging.getLogger(__name__)


class Outlet:
    """One long response. `stir` is set whenever something moved: data, the wire, the client."""

    def __init__(self, client: Client, stall_seconds: float) -> None:
        self.stir = asyncio.Event()
        self.over = False
        """Nothing more can be written: the client left, or was cut off."""
        self._client = client
        self._stall_seconds = stall_seconds
        self._left: int | None = None
        self._wire = wire_under(client.send, self.stir.set)
        client.watch(self._departed)

    async def begin(self, status: int, headers: Headers) -> None:
        """Send status and headers; bytes beyond their Content-Length will not be sent."""
        self._left = announced_length(headers)
        await self._client.begin(status, headers)

    async def write(self, data: bytes) -> None:
        """Send a piece; come back once the reader has room again, or `over`."""
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        await self._client.send({"type": "http.response.body", "body": data, "more_body": True})
        while not self._wire.open and not self.over:
            self.stir.clear()
            try:
                async with asyncio.timeout(self._stall_seconds):
                    await self.stir.wait()
            except TimeoutError:
                log.warning("a reader took nothing for %s s and was cut off", self._stall_seconds)
                self._cut(flush=False)

    async def end(self, *, complete: bool) -> None:
        """Finish. An incomplete response cuts the connection: the client must not take it for whole."""
        if self.over:
            return
        if complete and not self._left:
            self._wire.release()
            await self._client.send({"type": "http.response.body", "body": b""})
        else:
            self._cut(flush=True)

    def close(self) -> None:
        """Let go of the connection."""
        self._wire.release()

    def _departed(self) -> None:
        self.over = True
        self.stir.set()

    def _cut(self, *, flush: bool) -> None:
        self.over = True
        self._wire.cut(flush=flush)
