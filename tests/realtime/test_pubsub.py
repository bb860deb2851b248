"""Redis pub/sub of a process: what is heard, however it is cut, and that it comes back by itself."""

from __future__ import annotations

import asyncio

from realtime import pubsub as module
from realtime.notifier import channel_of, pack, unpack
from realtime.pubsub import Bus
from tests.realtime.servers import Redis

STREAM = (
    b"*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
    b"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$11\r\none\r\n*3\r\n$7\r\n"
    b"*2\r\n$4\r\npong\r\n$0\r\n\r\n+PONG\r\n$-1\r\n"
    b"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$0\r\n\r\n"
    b"*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n"
)


class Deaf(Bus):
    """Takes bytes from the test in place of a connection."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.confirmed = 0
        self._hear = self.heard.append

    def _confirmed(self) -> None:
        self.confirmed += 1


def test_what_redis_says_is_heard_wherever_it_is_cut():
    for size in range(1, len(STREAM) + 1):
        bus, rest = Deaf(), b""
        for start in range(0, len(STREAM), size):
            rest = bus._take(rest + STREAM[start : start + size])
        assert (bus.heard, bus.confirmed, rest) == ([b"one\r\n*3\r\n$7", b""], 2, b"")


async def _until(what, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(0.01)


async def test_a_bus_hears_what_doorbells_and_other_processes_tell_again_after_redis_was_away(settings, monkeypatch):
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)
    heard: list[int] = []
    backs: list[int] = []
    with Redis() as redis:
        settings.REDIS_URL = redis.url
        one = Bus(lambda content: heard.append(unpack(content)["seq"]), lambda: backs.append(len(heard)))
        other = Bus(lambda content: None, lambda: None)
        await _until(lambda: one._ear and other._mouth)
        await one.subscribe([channel_of("ticket:1"), channel_of("ticket:2")])
        other.tell(channel_of("ticket:1"), pack({"seq": 1}))
        other.tell(channel_of("ticket:3"), pack({"seq": 0}))
        other.tell(channel_of("ticket:2"), pack({"seq": 2}))
        await _until(lambda: heard == [1, 2])

        redis.stop()
        await _until(lambda: not one._ear and not other._mouth)
        await one.subscribe([channel_of("ticket:4")])
        other.tell(channel_of("ticket:1"), pack({"seq": 3}))
        assert backs == []
        redis.start()
        await _until(lambda: backs and other._mouth)
        other.tell(channel_of("ticket:1"), pack({"seq": 4}))
        other.tell(channel_of("ticket:4"), pack({"seq": 5}))
        await _until(lambda: heard == [1, 2, 4, 5])

        await one.unsubscribe([channel_of("ticket:1")])
        other.tell(channel_of("ticket:1"), pack({"seq": 6}))
        other.tell(channel_of("ticket:4"), pack({"seq": 7}))
        await _until(lambda: heard == [1, 2, 4, 5, 7])
        for task in (*one._tasks, *other._tasks):
            task.cancel()
        await asyncio.gather(*one._tasks, *other._tasks, return_exceptions=True)
