"""Before anybody has signed in: malformed frames, strangers by the hundred, clients that ask for what is not here."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.realtime.client import Client, token_of
from tests.realtime.node_client import NodeClient
from tests.realtime.servers import Web, wait_until
from tests.realtime.web import SECRET

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]
HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


def _raw(web, path="/support"):
    """A WebSocket whose bytes are written by hand."""
    raw = socket.create_connection(("127.0.0.1", web.port), timeout=10)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{web.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    raw.sendall(f"{head}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        piece = raw.recv(1)
        assert piece, answer
        answer += piece
    return raw


def _frame(first, payload, *, masked=True):
    size = len(payload)
    long = size >= 65_536
    head = bytes((first, (0x80 if masked else 0) | (127 if long else size)))
    return head + (struct.pack(">Q", size) if long else b"") + (b"\0\0\0\0" if masked else b"") + payload


def _close_code(raw):
    """Return the code of the close frame that comes after whatever comes before it; None without one."""
    with contextlib.suppress(OSError), raw.makefile("rb") as frames:
        while head := frames.read(2):
            size = head[1] if head[1] < 126 else struct.unpack(">H", frames.read(2))[0]
            content = frames.read(size)
            if head[0] == 0x88:
                return struct.unpack(">H", content[:2])[0]
    return None


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (_frame(0x81, b"\xff\xfe"), 1007),
        (_frame(0xF1, b"{}"), 1002),
        (_frame(0x83, b"{}"), 1002),
        (_frame(0x81, b"{}", masked=False), 1002),
        (_frame(0x81, b"x" * 200_000), 1009),
        (_frame(0x88, b"\x03"), 1002),
        (_frame(0x88, struct.pack(">H", 1005)), 1002),
        (_frame(0x88, struct.pack(">H", 1000) + b"\xff"), 1007),
    ],
    ids=[
        "broken UTF-8",
        "reserved bits",
        "unknown opcode",
        "unmasked",
        "oversize",
        "half a close code",
        "close code",
        "close reason",
    ],
)
@pytest.mark.parametrize("path", ["/support", "/socket.io/?EIO=4&transport=websocket"])
def test_a_malformed_frame_is_answered_with_a_close_frame(web, sent, code, path):
    with _raw(web, path) as raw:
        with contextlib.suppress(OSError):
            raw.sendall(sent)
        assert _close_code(raw) == code


def test_strangers_of_one_address_are_counted_before_anything_is_kept_of_them(committed_cast):
    with Web(REALTIME_SOCKETS_PER_ADDRESS="5", REALTIME_AUTH_SECONDS="1", REALTIME_PLACE_WAIT_SECONDS="0") as web:
        with httpx.Client(base_url=web.site) as http:
            statuses = [http.get(HANDSHAKE).status_code for _ in range(8)]
            assert statuses == [200] * 5 + [429] * 3
            refused = http.get(HANDSHAKE)
            assert refused.json()["error"]["code"] == "rate_limited"
            assert refused.headers["retry-after"]
            with Client(web) as stranger:
                assert stranger.closed() == 4429
            wait_until(lambda: http.get(HANDSHAKE).status_code == 200, 10, every=0.5)
        wait_until(lambda: _opens(web, token_of(committed_cast.customer)), 10, every=0.5)
        silent = [Client(web) for _ in range(5)]
        with Client(web) as sixth:
            assert sixth.closed() == 4429
        for client in silent:
            client.close()


def _opens(web, token):
    with Client(web, token) as client:
        wait_until(lambda: client.frames or client.code, 5)
        return bool(client.named("ready"))


def test_an_engineio_post_of_a_stranger_is_answered(web):
    with httpx.Client(base_url=web.site, timeout=5) as http:
        assert http.post(HANDSHAKE, content="40/support,").status_code == 400
        sid = http.get(HANDSHAKE).text[1:].partition('"sid":"')[2].partition('"')[0]
        assert http.post(f"{HANDSHAKE}&sid={sid}", content='40/support,{"token":"nonsense"}').text.upper() == "OK"
        assert "unauthorized" in http.get(f"{HANDSHAKE}&sid={sid}").text
        for unknown in ("2", "0", "6", "2probe"):
            sid = http.get(HANDSHAKE).text[1:].partition('"sid":"')[2].partition('"')[0]
            assert http.post(f"{HANDSHAKE}&sid={sid}", content=unknown).status_code == 400
            assert http.get(f"{HANDSHAKE}&sid={sid}").status_code == 400


@pytest.mark.node
def test_a_forgotten_namespace_is_told_where_events_are(web):
    with NodeClient(web, "any", namespace="/", wait=False) as client:
        refused = client.wait("connect_error")
    assert refused["message"] == "There is nothing at namespace /: connect to /support."
    assert refused["data"] == {"code": "unknown_namespace"}


def test_a_client_of_socketio_2_is_told_which_version_is_spoken(web):
    said = '44"This server speaks Socket.IO 4 (EIO=4)'
    with httpx.Client(base_url=web.site, timeout=5) as http:
        assert said in http.get("/socket.io/?EIO=3&transport=polling").text
    with Client(web, path="/socket.io/?EIO=3&transport=websocket", reads=False) as old:
        assert old.socket.recv()[0] == "0"
        assert old.socket.recv().startswith(said)
        with pytest.raises(ConnectionClosed):
            old.socket.recv()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_everybody_behind_one_address_comes_back_after_a_restart(committed_cast, how):
    """Sixty sockets where a hundred are allowed: those of the process that is gone must not count for long."""
    people = [committed_cast.customer, committed_cast.agent, committed_cast.stranger, committed_cast.manager]
    tokens = [token_of(person) for person in people * 15]
    limits = {"REALTIME_SOCKETS_PER_ADDRESS": "100", "REALTIME_SOCKETS_PER_USER": "20"}
    with Web(**limits) as doomed, Web(**limits) as next_one:
        with ThreadPoolExecutor(20) as pool:
            first = list(pool.map(lambda token: Client(doomed, token), tokens))
            for client in first:
                client.event("ready")
            os.kill(doomed.pid, how)
            wait_until(lambda: all(client.code for client in first))
            gone = time.monotonic()
            back = list(pool.map(lambda token: Client(next_one, token), tokens))
        for client in back:
            client.event("ready", seconds=15)
        assert time.monotonic() - gone < 15
        for client in back:
            client.close()


@pytest.mark.parametrize("path", ["/support", "/socket.io/?EIO=4&transport=websocket"])
def test_a_process_told_to_go_lets_nobody_in(committed_cast, path):
    token = token_of(committed_cast.customer)
    with Web() as web, Client(web, token) as client:
        client.event("ready")
        os.kill(web.pid, signal.SIGTERM)
        assert client.closed() == 1012
        with contextlib.suppress(OSError, ConnectionClosed), Client(web, token, path=path) as newcomer:
            assert newcomer.closed() == 1012
            assert newcomer.named("ready") == []
        assert web.process is not None
        web.process.wait(15)
        assert web.tracebacks() == []


def test_no_line_of_the_log_carries_a_query_string_or_a_token(committed_cast):
    """At the most talkative, libraries included; requests that are refused and connections that are cut."""
    token = token_of(committed_cast.customer)
    with Web(LOG_LEVEL="DEBUG") as web:
        for path in ("/support?token=", "/socket.io/?EIO=4&transport=websocket&token=", "/socket.io/?EIO=9&token="):
            with contextlib.suppress(Exception), Client(web, path=path + token) as cut:
                cut.cut()
        with httpx.Client(base_url=web.site) as http:
            for path in ("/tickets?token=", "/socket.io/?EIO=4&transport=polling&token=", "/nothing?password="):
                http.get(path + token, headers={"Authorization": f"Bearer {token}"})
        with Client(web, token) as client:
            client.event("ready")
        log = web.log()
        assert log
        assert token not in log
        assert SECRET.search(log) is None
