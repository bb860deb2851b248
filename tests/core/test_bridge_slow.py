"""Senders that take their time, send too much or send nonsense: refused in the one shape, and nobody else notices."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.bridge_daphne import Daphne, daphne, read_all, wait_until

MEGABYTE = 1 << 20
HEAD = b"POST /upload HTTP/1.1\r\nHost: test\r\n"
SLOW = "127.0.0.2"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daphne]:
    """A server that is out of patience soon."""
    folder = tmp_path_factory.mktemp("bridge")
    with daphne(folder, BRIDGE_SLOW_SECONDS="0.4", BRIDGE_HEAD_SECONDS="0.9") as running:
        yield running


def refused(answer: bytes) -> tuple[int, str]:
    """Status and code of a refusal in the one shape."""
    head, _, body = answer.partition(b"\r\n\r\n")
    error = json.loads(body)["error"]
    assert error["message"]
    assert f"x-request-id: {error['requestId']}" in head.decode().lower()
    assert b"connection: close" in head.lower()
    return int(head.split()[1]), error["code"]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET /%b HTTP/1.1\r\nHost: test\r\n\r\n" % (b"a" * 20_000), 414, "too_large"),
        (b"GET /%b" % (b"a" * 20_000), 414, "too_large"),
        (b"GET / HTTP/1.1\r\nX-Long: %b\r\n\r\n" % (b"a" * 20_000), 431, "too_large"),
        (b"GET / HTTP/1.1\r\n" + b"X-Some: %b\r\n" % (b"a" * 3000) * 6 + b"\r\n", 431, "too_large"),
        (b"GET / HTTP/1.1\r\n" + b"X-Many: a\r\n" * 600 + b"\r\n", 431, "too_large"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "invalid"),
        (b"GET / HTTP/1.1\r\nContent-Length: ten\r\n\r\n", 400, "invalid"),
        (b"nonsense\r\n\r\n", 400, "invalid"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nnot hex\r\n", 400, "invalid"),
    ],
)
def test_a_head_that_cannot_be_used_is_refused_in_the_one_shape(
    server: Daphne, sent: bytes, status: int, code: str
) -> None:
    assert refused(server.raw(sent)) == (status, code)


def test_such_a_refusal_speaks_the_callers_language(server: Daphne) -> None:
    answer = server.raw(b"GET / HTTP/1.1\r\nAccept-Language: ar\r\nX-Long: %b\r\n\r\n" % (b"a" * 20_000))
    assert "ترويسات" in answer.decode()


def test_a_chunked_body_is_read_to_the_cap_and_no_further(server: Daphne) -> None:
    """After the 413 a megabyte is read at most, and two seconds later the connection is gone."""
    chunk, sent, begun = b"10000\r\n%b\r\n" % bytes(0x10000), 0, time.monotonic()
    with server.connect(HEAD + b"Transfer-Encoding: chunked\r\n\r\n") as raw:
        while _taken(raw, chunk):
            sent += len(chunk)
        assert 4_000_000 - len(chunk) < sent < 40 * MEGABYTE  # the cap, a megabyte, and what the system's buffers hold
    assert time.monotonic() - begun < 5
    assert server.request("GET", "/echo")[0].status == 200


def _taken(raw: socket.socket, chunk: bytes) -> bool:
    try:
        raw.sendall(chunk)
    except ConnectionError:
        return False
    return True


def test_the_413_of_a_chunked_body_is_read_by_who_looks(server: Daphne) -> None:
    with server.connect(HEAD + b"Transfer-Encoding: chunked\r\n\r\n") as raw:
        raw.sendall(b"3f0000\r\n%b\r\n" % bytes(0x3F0000))
        assert refused(read_all(raw)) == (413, "too_large")


def drip(raw: socket.socket, piece: bytes) -> bytes:
    """Send a piece again and again, as long as it is taken; what comes back in the end."""
    raw.settimeout(0.05)
    answer = b""
    try:
        while True:
            raw.sendall(piece)
            try:
                part = raw.recv(65_536)
            except TimeoutError:
                continue
            if not part:
                break
            answer += part
    except OSError:
        pass
    return answer


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"GET / HTTP/1.1\r\n", b"X-A: b\r\n"),
        (b"GET", b"a"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
def test_a_request_that_drips_is_let_go_with_408(server: Daphne, begin: bytes, piece: bytes) -> None:
    begun = time.monotonic()
    with server.connect(begin) as raw:
        assert refused(drip(raw, piece)) == (408, "invalid")
    assert time.monotonic() - begun < 3


def test_a_connection_that_sends_nothing_is_closed_without_a_word(server: Daphne) -> None:
    assert server.raw(b"") == b""


def test_a_body_that_keeps_coming_may_take_its_time(server: Daphne) -> None:
    with server.connect(HEAD + b"Content-Length: 20000\r\n\r\n") as raw:
        for _ in range(20):
            raw.sendall(b"x" * 1000)
            time.sleep(0.08)
        assert b'"length": 20000' in raw.recv(65_536)


def test_a_connection_may_be_idle_between_requests(server: Daphne) -> None:
    with server.connect(b"GET /echo HTTP/1.1\r\nHost: test\r\n\r\n") as raw:
        assert b" 200 " in raw.recv(65_536)
        time.sleep(1.2)
        raw.sendall(b"GET /slow?ms=1200 HTTP/1.1\r\nHost: test\r\n\r\n")
        assert b" 200 " in raw.recv(65_536)


def test_200_slow_senders_cost_ordinary_users_nothing(tmp_path: Path) -> None:
    """Fifty of an address may be slow at once: the oldest give way, and a request in one piece is never among them."""
    with daphne(tmp_path, BRIDGE_SLOW_SECONDS="0.5", BRIDGE_HEAD_SECONDS="30") as server:
        server.request("GET", "/echo")
        before = server.memory()
        slow = [
            server.connect(
                (b"GET /echo HTTP/1.1\r\nX-A: b", HEAD + b"Content-Length: 9000\r\n\r\nx")[index % 2], source=SLOW
            )
            for index in range(200)
        ]

        def answered() -> int:
            return sum(1 for raw in slow if _readable(raw))

        wait_until(lambda: answered() >= 150)
        worst = 0.0
        for _ in range(50):
            begun = time.monotonic()
            assert server.request("GET", "/echo")[0].status == 200
            worst = max(worst, time.monotonic() - begun)
        assert worst < 0.5
        assert server.memory() - before < 20 * MEGABYTE
        assert refused(read_all(next(raw for raw in slow if _readable(raw)))) == (408, "invalid")


def _readable(raw: socket.socket) -> bool:
    raw.setblocking(False)
    try:
        return bool(raw.recv(1, socket.MSG_PEEK)) or True
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        raw.settimeout(10)


def test_a_full_temporary_folder_is_503_in_the_one_shape(tmp_path: Path) -> None:
    with daphne(tmp_path, TMPDIR="/proc/nowhere", BRIDGE_NO_FOLDER="1") as server:
        response, body = server.request("POST", "/upload", b"x" * 2_000_000)
        error = json.loads(body)["error"]
        assert (response.status, error["code"]) == (503, "unavailable")
        assert "room" in error["message"]
        assert int(response.headers["Retry-After"]) > 0
        assert server.request("POST", "/echo", b"x" * 60_000)[0].status == 200
