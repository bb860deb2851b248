"""An Engine.IO client straight on its WebSocket: what it is sent in which order, its pings, and its end."""

from __future__ import annotations

import asyncio

import engineio
from engineio.async_socket import AsyncSocket
from engineio.packet import MESSAGE, OPEN, Packet

from realtime.engine import DirectSocket
from realtime.writers import payload_of


class Wire:
    """Both ends that a web server would hold: a writer, and Engine.IO's idea of a WebSocket."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.codes: list[int] = []
        self.arriving: asyncio.Queue[str | None] = asyncio.Queue()

    def write(self, wire: bytes) -> None:
        self.sent.append(payload_of(wire).decode())

    def close(self, code: int = 0) -> asyncio.Future[None]:
        self.codes.append(code)
        self.arriving.put_nowait(None)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def wait(self) -> str:
        content = await self.arriving.get()
        if content is None:
            raise OSError
        return content


async def _opened(**options: float) -> tuple[DirectSocket, Wire, asyncio.Task[None], list[tuple[str, str]]]:
    server = engineio.AsyncServer(async_mode="asgi", monitor_clients=False, async_handlers=False, **options)
    heard: list[tuple[str, str]] = []

    async def message(sid: str, data: str) -> None:
        heard.append(("message", data))

    async def disconnect(sid: str, reason: str) -> None:
        heard.append(("disconnect", reason))

    server.on("message", message)
    server.on("disconnect", disconnect)
    socket, wire = AsyncSocket(server, "one"), Wire()
    await socket.send(Packet(OPEN, {"sid": "one"}))
    DirectSocket.adopt(socket, wire)
    socket.schedule_ping()
    assert wire.sent == []
    task = asyncio.ensure_future(socket._websocket_handler(wire))
    await asyncio.sleep(0)
    return socket, wire, task, heard


async def test_what_was_to_be_sent_before_it_opened_comes_first():
    socket, wire, task, heard = await _opened()
    await socket.send(Packet(MESSAGE, "0"))
    wire.arriving.put_nowait("4hello")
    wire.arriving.put_nowait("4again")
    wire.arriving.put_nowait(None)
    await asyncio.wait_for(task, 5)
    assert wire.sent == ['0{"sid":"one"}', "40"]
    assert heard == [("message", "hello"), ("message", "again"), ("disconnect", "transport close")]
    assert socket.closed


async def test_it_is_pinged_again_after_each_answer_and_given_up_without_one():
    socket, wire, task, heard = await _opened(ping_interval=0.05, ping_timeout=0.2)
    for pings in (1, 2):
        async with asyncio.timeout(5):
            while wire.sent.count("2") < pings:
                await asyncio.sleep(0.01)
        assert await socket.check_ping_timeout()
        if pings == 1:
            wire.arriving.put_nowait("3")
    await asyncio.sleep(0.3)
    assert not await socket.check_ping_timeout()
    await asyncio.wait_for(task, 5)
    assert wire.sent.count("2") == 2
    assert wire.codes[0] == 1000
    assert heard == [("disconnect", "ping timeout")]


async def test_what_is_no_packet_ends_it():
    for content in ("", "9", "x" * 2_000_000):
        _socket, wire, task, heard = await _opened()
        wire.arriving.put_nowait(content)
        await asyncio.wait_for(task, 5)
        assert heard == [("disconnect", "transport close")], content[:10]
