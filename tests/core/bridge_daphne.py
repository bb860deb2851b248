"""A real daphne serving the bridge's test site, and the clients that try it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent


class Daphne:
    """One daphne process on a port of its own."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._log = log
        self._connections: list[socket.socket] = []
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "daphne", "-p", str(self.port), "tests.core.bridge_site:application"],
                cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out,
            )  # fmt: skip
        wait_until(self._answers, 60)

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[HTTPResponse, bytes]:
        """One request on a connection of its own; underscores in header names are dashes."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        try:
            return response, response.read()
        finally:
            connection.close()

    def json(self, path: str, **headers: str) -> dict[str, Any]:
        """Return what GET answers, as JSON."""
        answer: dict[str, Any] = json.loads(self.request("GET", path, **headers)[1])
        return answer

    def stats(self) -> dict[str, Any]:
        """The bridge's counters, the site's counts and the threads there are."""
        return self.json("/stats")

    def connect(self, sent: bytes, receive_buffer: int | None = None, source: str = "127.0.0.1") -> socket.socket:
        """A raw connection on which this was sent."""
        raw = socket.socket()
        raw.bind((source, 0))
        self._connections.append(raw)
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.settimeout(10)
        raw.connect(("127.0.0.1", self.port))
        raw.sendall(sent)
        return raw

    def hang_up(self) -> None:
        """Close every raw connection."""
        while self._connections:
            self._connections.pop().close()

    def raw(self, sent: bytes) -> bytes:
        """All that comes back for these bytes until the server closes."""
        with self.connect(sent) as raw:
            return read_all(raw)

    def get(self, path: str, **options: Any) -> socket.socket:
        """A GET sent on a raw connection, nothing read yet."""
        return self.connect(b"GET %s HTTP/1.1\r\nHost: test\r\n\r\n" % path.encode(), **options)

    def memory(self) -> int:
        """Resident bytes."""
        resident: int = psutil.Process(self.process.pid).memory_info().rss
        return resident

    def log(self) -> str:
        """Return what the process printed so far."""
        return self._log.read_text()

    def idle(self) -> bool:
        """Return whether no thread works and nothing waits."""
        bridge = self.stats()["bridge"]
        return not any(bridge[name] for name in ("active", "waiting", "files_active"))

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(self.log())
        try:
            return self.request("GET", "/health/live")[0].status == 200
        except OSError:
            return False


@contextmanager
def daphne(folder: Path, **environment: str) -> Iterator[Daphne]:
    """A daphne that is gone afterwards."""
    server = None
    try:
        server = Daphne(folder / "daphne.log", environment)
        yield server
    finally:
        if server is not None:
            server.hang_up()
            server.process.kill()
            server.process.wait()


def wait_until(what: Callable[[], object], seconds: float = 5) -> None:
    """Poll until true; fail after so many seconds."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def read_all(raw: socket.socket) -> bytes:
    """Everything until the other side closes or resets."""
    parts = []
    try:
        while part := raw.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


async def crowd(port: int, clients: int, path: str) -> list[tuple[int, dict[bytes, bytes], bytes]]:
    """So many clients at once, one GET each: status, headers and body of each."""

    async def one() -> tuple[int, dict[bytes, bytes], bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n" % path.encode())
        answer = await asyncio.wait_for(reader.read(), 30)
        writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in lines)
        return int(status.split()[1]), headers, body

    return await asyncio.gather(*(one() for _ in range(clients)))
