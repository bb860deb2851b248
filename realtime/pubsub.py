"""This process on Redis pub/sub: one connection that listens, one that tells, each brought back after every fault.

The channels are those of the channel layer. Its own way to them costs tasks and futures for each message and a round
trip for each subscription; here, what came in is read at once, and what one turn of the loop tells is one write.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import structlog
from django.conf import settings
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

logger = structlog.get_logger(__name__)
RETRY_SECONDS, CONNECT_SECONDS, PING_SECONDS = 1.0, 2.0, 10.0
MOST_WAITING_BYTES = 1_048_576
_MESSAGE = b"*3\r\n$7\r\nmessage\r\n$"


class Bus:
    """`hear` gets each message; `back` is called when everything is subscribed again after an interruption."""

    def __init__(self, hear: Callable[[bytes], None], back: Callable[[], None]) -> None:
        self._hear, self._back = hear, back
        self._held: dict[str, None] = {}
        self._confirming: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._telling: list[bytes] = []
        self._ear: asyncio.StreamWriter | None = None
        self._mouth: asyncio.StreamWriter | None = None
        self._silent = 0
        self._tasks = [asyncio.ensure_future(self._keep(work)) for work in (self._listen, self._speak)]

    async def subscribe(self, channels: Collection[str]) -> None:
        """Returns when they are heard; without a connection at once, since they are subscribed with the next one."""
        self._held.update(dict.fromkeys(channels))
        if channels and self._ear is not None:
            await self._ask("SUBSCRIBE", channels)

    async def unsubscribe(self, channels: Collection[str]) -> None:
        for channel in channels:
            self._held.pop(channel, None)
        if channels and self._ear is not None:
            await self._ask("UNSUBSCRIBE", channels)

    def tell(self, channel: str, content: bytes) -> None:
        """Publish, together with what else is told in this turn of the loop. Lost without a connection."""
        if not self._telling:
            asyncio.get_running_loop().call_soon(self._flush)
        self._telling.append(_command("PUBLISH", channel, content))

    def _flush(self) -> None:
        told, self._telling = self._telling, []
        if self._mouth is None:
            return
        if self._mouth.transport.get_write_buffer_size() > MOST_WAITING_BYTES:
            self._mouth.close()  # nobody reads at the other end
        else:
            self._mouth.write(b"".join(told))

    # --- Connections

    async def _keep(self, work: Callable[[Any], Awaitable[None]]) -> None:
        while True:
            connection = _connection()
            try:
                await connection.connect()
                await work(connection)
            except Exception as error:
                logger.warning("redis_unavailable", error=repr(error)[:200])
            finally:
                await connection.disconnect(nowait=True)
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self, connection: Any) -> None:
        reader, self._ear, self._silent = connection._reader, connection._writer, 0
        pinging = asyncio.ensure_future(self._ping())
        try:
            if self._held:
                self._asked("SUBSCRIBE", list(self._held)).add_done_callback(self._on_back)
            rest = b""
            while arrived := await reader.read(262_144):
                self._silent = 0
                rest = self._take(rest + arrived)
        finally:
            pinging.cancel()
            self._ear = None
            while self._confirming:
                self._confirming.popleft()[1].cancel()

    async def _speak(self, connection: Any) -> None:
        self._mouth = connection._writer
        try:
            while answers := await connection._reader.read(65_536):
                if answers.startswith(b"-"):
                    logger.warning("redis_refuses", answer=answers[:200].decode(errors="replace"))
        finally:
            self._mouth = None

    def _on_back(self, done: asyncio.Future[None]) -> None:
        if not done.cancelled():
            self._back()

    async def _ping(self) -> None:
        """A connection that died without a word is given up after two unanswered pings."""
        while self._ear is not None:
            await asyncio.sleep(PING_SECONDS)
            if self._ear is not None and self._silent < 2:
                self._silent += 1
                self._ear.write(_command("PING"))
            elif self._ear is not None:
                self._ear.close()

    # --- What the listening connection says

    async def _ask(self, command: str, channels: Collection[str]) -> None:
        # Cancelled when the connection ends: the next one subscribes to all that is held, and tells that it is back.
        await asyncio.wait([self._asked(command, channels)])

    def _asked(self, command: str, channels: Collection[str]) -> asyncio.Future[None]:
        assert self._ear is not None
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._confirming.append((len(channels), confirmed))
        self._ear.write(_command(command, *channels))
        return confirmed

    def _take(self, data: bytes) -> bytes:
        """Hear every complete message; what is left over is the beginning of the next."""
        at = 0
        while at < len(data):
            content, after = _message(data, at) if data.startswith(_MESSAGE, at) else (None, _after(data, at))
            if after < 0:
                break
            if content is not None:
                self._heard(content)
            elif b"subscribe\r\n" in data[at : at + 24]:
                self._confirmed()
            at = after
        return data[at:]

    def _heard(self, content: bytes) -> None:
        try:
            self._hear(content)
        except Exception:
            logger.exception("realtime_message_failed")

    def _confirmed(self) -> None:
        count, future = self._confirming.popleft()
        if count > 1:
            self._confirming.appendleft((count - 1, future))
        elif not future.done():
            future.set_result(None)


def _connection() -> Any:
    """Knows how to connect to REDIS_URL, sign in and all; `protocol` 2 is what every Redis speaks."""
    pool: Any = ConnectionPool.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=None,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
    )
    return pool.make_connection()


def _command(*parts: str | bytes) -> bytes:
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in encoded)


def _message(data: bytes, at: int) -> tuple[bytes | None, int]:
    """The content of the message that begins here and where it ends; -1 while it is not complete."""
    _channel, after = _bulk(data, at + len(_MESSAGE))
    if after < 0 or after >= len(data):
        return None, -1
    return _bulk(data, after + 1)


def _bulk(data: bytes, at: int) -> tuple[bytes | None, int]:
    """A string whose length stands at `at`, and where it ends."""
    end = data.find(b"\r\n", at)
    if end < 0:
        return None, -1
    begin = end + 2
    after = begin + int(data[at:end]) + 2
    return (data[begin : after - 2], after) if after <= len(data) else (None, -1)


def _after(data: bytes, at: int) -> int:
    """Where any answer of the protocol ends; -1 while it is not complete."""
    end = data.find(b"\r\n", at)
    if end < 0:
        return -1
    kind, after = data[at : at + 1], end + 2
    if kind == b"$" and data[at + 1 : end] != b"-1":
        return _bulk(data, at + 1)[1]
    if kind == b"*":
        for _ in range(int(data[at + 1 : end])):
            after = _after(data, after)
            if after < 0:
                return -1
    return after
