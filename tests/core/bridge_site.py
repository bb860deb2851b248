"""A small WSGI site behind the bridge, served by a real daphne in the bridge's tests."""

import hashlib
import json
import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs

from core.bridge import HttpBridge, Limits, guard_daphne

Environ = dict[str, Any]
Start = Callable[..., Any]

CHUNK = b"x" * 65_536
counts: Counter[str] = Counter()
FILE = tempfile.NamedTemporaryFile()  # noqa: SIM115 (lives as long as the process)
for _ in range(320):  # 20 MiB
    FILE.write(CHUNK)
FILE.flush()


def number(environ: Environ, name: str, default: int) -> int:
    return int(parse_qs(environ["QUERY_STRING"]).get(name, [str(default)])[0])


class Stream:
    """A generator response that counts its closes."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)

    def close(self) -> None:
        counts["closed"] += 1


class Ready(Stream):
    streaming = False


def slow(environ: Environ, start: Start) -> Iterable[bytes]:
    counts["slow"] += 1
    time.sleep(number(environ, "ms", 100) / 1000)
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"slow"]


def long(environ: Environ, start: Start) -> Iterable[bytes]:
    """Work until the client leaves."""
    counts["long begun"] += 1
    while not environ["support.client_has_left"]():
        time.sleep(0.01)
    counts["long left"] += 1
    start("499 Left", [])
    return []


def where(environ: Environ, start: Start) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [threading.current_thread().name.encode()]


def echo(environ: Environ, start: Start) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    seen = {key: value for key, value in environ.items() if isinstance(value, str)}
    spooled = type(environ["wsgi.input"]).__name__ != "BytesIO"
    start("200 OK", [("Content-Type", "application/json")])
    extra = {"length": len(body), "sha": hashlib.sha256(body).hexdigest(), "spooled": spooled}
    return [json.dumps(seen | extra).encode()]


def stream(environ: Environ, start: Start) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "application/octet-stream")])
    return Stream(CHUNK for _ in range(number(environ, "mb", 1) * 16))


class Repeated:
    """The file so many times over."""

    def __init__(self, times: int) -> None:
        self._file = open(FILE.name, "rb")  # noqa: SIM115
        self._left = times

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        if not data and self._left > 1:
            self._left -= 1
            self._file.seek(0)
            data = self._file.read(size)
        return data

    def close(self) -> None:
        counts["file closed"] += 1
        self._file.close()


def file(environ: Environ, start: Start) -> Iterable[bytes]:
    times = number(environ, "times", 1)
    start("200 OK", [("Content-Length", str(times * 320 * 65_536 + number(environ, "more", 0)))])
    wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](Repeated(times), 8192)
    return wrapped


def small_file(environ: Environ, start: Start) -> Iterable[bytes]:
    path = FILE.name + ".small"
    with open(path, "wb") as small:
        small.write(b"body{}")
    start("200 OK", [("Content-Length", "6"), ("Content-Type", "text/css")])
    opened = open(path, "rb")  # noqa: SIM115
    os.unlink(path)
    return environ["wsgi.file_wrapper"](opened, 8192)


def headers(environ: Environ, start: Start) -> Iterable[bytes]:
    start(
        "200 Fine",
        [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Latin", "caf\xe9"), ("Connection", "close"), ("X-Id", "7")],
    )
    return Ready([b"one", b"", b"two"])


def empty(environ: Environ, start: Start) -> Iterable[bytes]:
    status = number(environ, "status", 204)
    start(f"{status} Nothing", [("Content-Length", "0"), ("ETag", '"e"')])
    return Ready([b"must not be sent"])


def generator(environ: Environ, start: Start) -> Iterable[bytes]:
    """A generator application: start_response is called with its first chunk."""
    start("201 Created", [("Content-Type", "text/plain")])
    yield b"late "
    yield b"start"


def written(environ: Environ, start: Start) -> Iterable[bytes]:
    write = start("200 OK", [])
    write(b"old ")
    return [b"way"]


def fail(environ: Environ, start: Start) -> Iterable[bytes]:
    raise ValueError("planted failure")


def leave(environ: Environ, start: Start) -> Iterable[bytes]:
    raise SystemExit(3)


def fail_first(environ: Environ, start: Start) -> Iterable[bytes]:
    def chunks() -> Iterator[bytes]:
        raise ValueError("planted failure in the first chunk")
        yield b""

    start("200 OK", [])
    return Stream(chunks())


def silent(environ: Environ, start: Start) -> Iterable[bytes]:
    return [b"no start_response"]


ROUTES = {
    "/slow": slow, "/long": long, "/where": where, "/echo": echo, "/upload": echo, "/stream": stream, "/file": file,
    "/small-file": small_file, "/headers": headers, "/empty": empty, "/generator": generator, "/written": written,
    "/fail": fail, "/leave": leave, "/fail-first": fail_first, "/silent": silent,
}  # fmt: skip


def site(environ: Environ, start: Start) -> Iterable[bytes]:
    return ROUTES.get(environ["PATH_INFO"], echo)(environ, start)


async def live(scope: Any) -> tuple[int, bytes]:
    return 200, b'{"status": "ok"}'


async def stats(scope: Any) -> tuple[int, bytes]:
    names = [thread.name.split("-")[0] for thread in threading.enumerate()]
    threads = {"threads_" + name: names.count(name) for name in ("web", "file")}
    seen = {"bridge": application.stats()._asdict(), "counts": counts, "all_threads": len(names)} | threads
    return 200, json.dumps(seen).encode()


application = HttpBridge(
    site,
    limits=Limits(
        threads=4,
        backlog=16,
        max_body=lambda path: 4_000_000 if path in {"/upload", "/where"} else 65_536,
        slow_seconds=float(os.environ.get("BRIDGE_SLOW_SECONDS", "10")),
        head_seconds=float(os.environ.get("BRIDGE_HEAD_SECONDS", "30")),
        stall_seconds=float(os.environ.get("BRIDGE_STALL_SECONDS", "30")),
        grace_seconds=5,
    ),
    loop_routes={"/health/live": live, "/stats": stats},
    script_name=os.environ.get("BRIDGE_SCRIPT_NAME", ""),
)
guard_daphne(application)
if os.environ.get("BRIDGE_NO_FOLDER"):
    tempfile.tempdir = "/proc/nowhere"  # cannot be written, by nobody
