"""The bridge under a server of the other kind: bodies come in pieces, and `send` waits for the client."""

import asyncio
import errno
import io
import json
import sys
import threading
import types
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from core.bridge import HttpBridge, Limits, guard
from core.bridge.client import ResponseCut

LIMITS = Limits(threads=2, backlog=1, max_body=10, grace_seconds=2)
Bridged = Callable[..., HttpBridge]


class Visit:
    """One request to a bridge in this process."""

    def __init__(self, *received: dict[str, Any], method: str = "GET", headers: Any = (), **scope: Any) -> None:
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": "/",
            "headers": [*headers],
        } | scope
        self.sent: list[dict[str, Any]] = []
        self._received = list(received or [part(b"")])

    async def receive(self) -> dict[str, Any]:
        if self._received:
            return self._received.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    def to(self, bridge: HttpBridge) -> Awaitable[None]:
        return bridge(self.scope, self.receive, self.send)

    @property
    def status(self) -> int:
        found: int = self.sent[0]["status"]
        return found

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])


def part(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


GONE = {"type": "http.disconnect"}


@pytest.fixture
def bridged() -> Iterator[Bridged]:
    made = []

    def make(app: Any, **options: Any) -> HttpBridge:
        made.append(HttpBridge(app, limits=LIMITS, **options))
        return made[-1]

    yield make
    for bridge in made:
        bridge.stop()


def echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [])
    return [environ["PATH_INFO"].encode("latin-1"), b":", environ["wsgi.input"].read()]


async def test_a_body_in_pieces_is_joined(bridged: Bridged) -> None:
    visit = Visit(part(b"one", more=True), part(b"", more=True), part(b"two"), path="/مرحبا")
    await visit.to(bridged(echo))
    assert visit.body.decode() == "/مرحبا:onetwo"


async def test_a_large_body_in_pieces_is_kept_on_disk() -> None:
    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [])
        return [type(environ["wsgi.input"]).__name__.encode(), b" %d" % len(environ["wsgi.input"].read())]

    bridge, visit = HttpBridge(app, limits=Limits(threads=1)), Visit(*[part(b"x" * 65_536, more=True)] * 20, part(b"x"))
    await visit.to(bridge)
    bridge.stop()
    assert visit.body == b"SpooledTemporaryFile 1310721"


async def test_an_ordinary_answer_is_two_messages(bridged: Bridged) -> None:
    visit = Visit()
    await visit.to(bridged(echo))
    assert [message["type"] for message in visit.sent] == ["http.response.start", "http.response.body"]


async def test_a_body_that_grows_beyond_the_cap_is_refused(bridged: Bridged) -> None:
    visit = Visit(part(b"x" * 6, more=True), part(b"x" * 6, more=True))
    await visit.to(bridged(echo))
    assert (visit.status, json.loads(visit.body)["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("length", "status"), [(b"11", 413), (b"-1", 400), (b"ten", 400), (b"", 400), (b"9" * 5000, 413)]
)
async def test_a_bad_content_length_is_refused_unread(bridged: Bridged, length: bytes, status: int) -> None:
    visit = Visit(headers=[(b"content-length", length)])
    visit.receive = None  # type: ignore[method-assign, assignment]
    await visit.to(bridged(echo))
    assert visit.status == status


async def test_a_client_gone_while_sending_takes_no_thread(bridged: Bridged) -> None:
    ran = []
    bridge = bridged(lambda environ, start: ran.append(1))
    visit = Visit(part(b"x", more=True), GONE)
    await visit.to(bridge)
    assert (visit.sent, ran, bridge.stats().dropped) == ([], [], 1)


async def test_requests_reuse_the_same_threads(bridged: Bridged) -> None:
    seen = set()

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        seen.add(threading.get_ident())
        return echo(environ, start)

    bridge = bridged(app)
    for _ in range(40):
        await Visit().to(bridge)
    assert len(seen) <= 2


class Source:
    """A file of zeros, which counts its reads."""

    def __init__(self, length: int, broken: bool = False) -> None:
        self.left, self.broken, self.reads, self.closed = length, broken, 0, 0

    def read(self, size: int) -> bytes:
        self.reads += 1
        if self.broken and self.reads > 1:
            raise OSError("planted")
        size = min(size, self.left)
        self.left -= size
        return bytes(size)

    def close(self) -> None:
        self.closed += 1


def sends(source: Source, length: int) -> Any:
    def app(environ: dict[str, Any], start: Any) -> Any:
        start("200 OK", [("Content-Length", str(length))])
        return environ["wsgi.file_wrapper"](source)

    return app


async def test_a_file_is_held_back_by_a_send_that_waits(bridged: Bridged) -> None:
    source, visit, opened, begun = Source(100 * 65_536), Visit(), asyncio.Event(), asyncio.Event()
    keep = visit.send

    async def send(message: Any) -> None:
        await keep(message)
        if message.get("body"):
            begun.set()
            await opened.wait()

    visit.send = send  # type: ignore[method-assign]
    task = asyncio.ensure_future(visit.to(bridged(sends(source, 100 * 65_536))))
    await begun.wait()
    assert source.reads == 1
    opened.set()
    await task
    assert (len(visit.body), source.closed) == (100 * 65_536, 1)


@pytest.mark.parametrize("source", [Source(1_000_000), Source(2_000_000, broken=True)])
async def test_a_file_that_breaks_off_is_never_ended(bridged: Bridged, source: Source) -> None:
    visit = Visit()
    with pytest.raises(ResponseCut):
        await visit.to(bridged(sends(source, 1_000_001)))
    assert visit.status == 200
    assert all(message.get("more_body") for message in visit.sent[1:])
    assert source.closed == 1


async def test_a_file_longer_than_announced_ends_where_it_said(bridged: Bridged) -> None:
    visit = Visit()
    await visit.to(bridged(sends(Source(2_000_000), 1_000_000)))
    assert len(visit.body) == 1_000_000


async def test_a_client_gone_while_a_file_is_sent_ends_it(bridged: Bridged) -> None:
    source, visit = Source(100_000_000), Visit(part(b""), GONE)
    await visit.to(bridged(sends(source, 100_000_000)))
    assert source.reads < 20
    assert source.closed == 1


async def test_a_body_that_the_disk_does_not_take_is_503(bridged: Bridged, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.bridge.body.new_body", lambda length: Full())
    visit = Visit(part(b"x"))
    await visit.to(bridged(echo))
    assert (visit.status, json.loads(visit.body)["error"]["code"]) == (503, "unavailable")


@pytest.mark.parametrize("missing", ["WebRequest", "HTTPFactory"])
async def test_without_a_name_of_daphnes_it_serves_unguarded_and_says_so(
    bridged: Bridged, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, missing: str
) -> None:
    server, protocol = types.ModuleType("daphne.server"), types.ModuleType("daphne.http_protocol")
    monkeypatch.setitem(sys.modules, "daphne.server", server)
    monkeypatch.setitem(sys.modules, "daphne.http_protocol", protocol)
    monkeypatch.delitem(sys.modules, "core.bridge.daphne", raising=False)
    for module, name in ((server, "HTTPFactory"), (protocol, "WebRequest")):
        if name != missing:
            setattr(module, name, type(name, (), {"protocol": None, "buildProtocol": None}))
    assert not guard.guard_daphne(bridged(echo))
    assert "unguarded" in caplog.text
    monkeypatch.delitem(sys.modules, "core.bridge.daphne", raising=False)


async def test_a_shutdown_finishes_what_runs_refuses_the_rest_and_ends_the_threads(bridged: Bridged) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        begun.set()
        go_on.wait(5)
        return echo(environ, start)

    before = threading.active_count()
    bridge, running, late = bridged(app), Visit(), Visit()
    task = asyncio.ensure_future(running.to(bridge))
    await asyncio.to_thread(begun.wait, 5)
    stopping = asyncio.ensure_future(bridge.shutdown())
    await asyncio.sleep(0.05)
    await late.to(bridge)
    assert (late.status, dict(late.sent[0]["headers"])[b"retry-after"]) == (503, b"2")
    go_on.set()
    await asyncio.gather(task, stopping)
    assert running.status == 200
    await asyncio.get_running_loop().shutdown_default_executor()
    assert threading.active_count() <= before


async def test_a_cancelled_request_whose_client_is_there_is_still_answered(bridged: Bridged) -> None:
    """Daphne cancels every running request when it stops."""
    go_on = threading.Event()

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        go_on.wait(5)
        return echo(environ, start)

    visit = Visit()
    task = asyncio.ensure_future(visit.to(bridged(app)))
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.sleep(0.05)
    go_on.set()
    await task
    assert visit.status == 200


async def test_a_cancelled_request_whose_client_left_is_given_up_and_closed(bridged: Bridged) -> None:
    go_on, source = threading.Event(), Source(1_000_000)

    def app(environ: dict[str, Any], start: Any) -> Any:
        go_on.wait(5)
        return sends(source, 1_000_000)(environ, start)

    bridge, visit = bridged(app), Visit(part(b""), GONE)
    task = asyncio.ensure_future(visit.to(bridge))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    while not source.closed:
        await asyncio.sleep(0.01)
    assert (bridge.stats().active, visit.sent) == (0, [])


@pytest.mark.parametrize("bad", [{"threads": 0}, {"backlog": -1}, {"file_threads": 0}, {"slow_per_address": -1}])
def test_impossible_limits_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError):
        Limits(**bad)  # type: ignore[arg-type]
