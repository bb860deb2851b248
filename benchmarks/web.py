"""Two web processes under daphne, and a client that keeps a number of connections busy."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection

from benchmarks.ground import ROOT

Request = Callable[[], bytes]


@contextmanager
def web(processes: int = 2) -> Iterator[list[int]]:
    """Ports of freshly started web processes."""
    ports = [free_port() for _ in range(processes)]
    started = [
        subprocess.Popen(web_command(port), cwd=ROOT, env=os.environ, stderr=subprocess.DEVNULL) for port in ports
    ]
    try:
        for port in ports:
            wait_for(port)
        yield ports
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(20)


def web_command(port: int) -> list[str]:
    """How the Procfile starts a web process, for this machine alone."""
    [line] = [line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:")]
    words = line.removeprefix("web:").replace("${PORT:-3000}", str(port)).replace("0.0.0.0", "127.0.0.1").split()
    return [sys.executable, "-m", *words]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("A web process did not start.")


def request(method: str, path: str, token: str, body: bytes = b"", language: str = "ar", extra: str = "") -> bytes:
    """One request as bytes."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nAccept-Language: {language}\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}{extra}\r\n".encode() + body


class Connection(asyncio.Protocol):
    """One keep-alive connection with one request in flight; notes status and milliseconds of each answer."""

    def __init__(self, make: Request) -> None:
        self.make, self.times, self.bad = make, [], []  # type: ignore[var-annotated]
        self.until = float("inf")
        self.left = sys.maxsize
        self.done = asyncio.get_running_loop().create_future()
        self._data, self._need = b"", -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        if self.left <= 0 or time.perf_counter() >= self.until:
            if not self.done.done():
                self.done.set_result(None)
            return
        self.left -= 1
        self._data, self._need, self._begun = b"", -1, time.perf_counter()
        self._transport.write(self.make())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._data += data
        if self._need < 0:
            end = self._data.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._data[:end].lower()
            at = head.index(b"content-length:") + 15
            self._need = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
        if len(self._data) >= self._need:
            self.times.append((time.perf_counter() - self._begun) * 1000)
            if self._data[9:10] != b"2":
                self.bad.append(self._data[:600])
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed"))


def rate(ports: Sequence[int], make: Request, clients: int, seconds: float) -> float:
    """Requests per second that `clients` connections get answered; RuntimeError when one is refused."""

    async def run() -> float:
        loop = asyncio.get_running_loop()
        until = time.perf_counter() + seconds
        made = []
        begun = time.perf_counter()
        for number in range(clients):
            _, one = await loop.create_connection(lambda: Connection(make), "127.0.0.1", ports[number % len(ports)])
            one.until = until
            made.append(one)
        await asyncio.gather(*(one.done for one in made))
        taken = time.perf_counter() - begun
        bad = [answer for one in made for answer in one.bad]
        if bad:
            raise RuntimeError(bad[0].decode(errors="replace"))
        return sum(len(one.times) for one in made) / taken

    return asyncio.run(run())


def times(port: int, make: Request, count: int, warm: int = 3) -> list[float]:
    """Milliseconds of `count` requests, one after another, after a few that are not counted."""

    async def run() -> list[float]:
        loop = asyncio.get_running_loop()

        def connection() -> Connection:
            one = Connection(make)
            one.left = count + warm
            return one

        _, one = await loop.create_connection(connection, "127.0.0.1", port)
        await one.done
        if one.bad:
            raise RuntimeError(one.bad[0].decode(errors="replace"))
        return one.times[warm:]

    return asyncio.run(run())


def steady(port: int, path: str, token: str, a_second: float, count: int) -> list[float]:
    """Return the milliseconds of requests that are due so many a second, each counted from the moment it was due."""
    connection, found = HTTPConnection("127.0.0.1", port, timeout=60), []
    headers = {"Authorization": f"Bearer {token}"}
    begun = time.perf_counter()
    for number in range(count):
        due = begun + number / a_second
        time.sleep(max(due - time.perf_counter(), 0))
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        found.append((time.perf_counter() - due) * 1000)
    connection.close()
    return found
