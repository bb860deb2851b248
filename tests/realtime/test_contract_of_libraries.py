"""What we use of libraries beyond their promises: each test turns red when a new version changes it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.db import connection

from core import stores
from realtime import presence
from realtime.frames import websocket_text
from realtime.outlets import payload_of
from tests.realtime.servers import published_to, wait_until


def test_a_finished_frame_carries_its_text_at_every_size():
    for size in (0, 1, 125, 126, 65_535, 65_536, 100_000):
        content = b"x" * size
        assert payload_of(websocket_text(content)) == content


def test_the_numbering_trigger_exists_and_is_deferred(db):
    with connection.cursor() as cursor:
        cursor.execute("select tgdeferrable, tginitdeferred from pg_trigger where tgname = 'rt_assign'")
        assert cursor.fetchall() == [(True, True)]


@pytest.fixture
def refusing() -> Iterator[tuple[str, list[float]]]:
    """A Redis that hangs up on whoever comes: its address, and when somebody came."""
    came: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def hang_up() -> None:
            with contextlib.suppress(OSError):  # the door was closed: the test is over
                while True:
                    visitor, _address = door.accept()
                    came.append(time.monotonic())
                    visitor.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        yield f"redis://127.0.0.1:{door.getsockname()[1]}/0", came
        door.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_after_an_error_redis_is_left_alone_for_a_second(refusing):
    url, came = refusing
    with published_to(url):
        for _ in range(200):
            presence.sweep()
        wait_until(lambda: came)
        assert all(later - earlier > stores.BREAKER_SECONDS / 2 for earlier, later in pairwise(came))
        tries = len(came)
        stores._skip_until = 0.0
        presence.sweep()
        wait_until(lambda: len(came) == tries + 1)


def test_twisted_and_autobahn_have_what_an_outlet_uses_of_them():
    from autobahn.twisted.websocket import WebSocketServerProtocol
    from autobahn.websocket import protocol
    from twisted.internet import tcp

    from realtime.outlets import DEBUG_TEXTS

    with socket.socket() as one:
        transport = tcp.Connection(one, None, reactor=object())
    for name in ("dataBuffer", "offset", "_tempDataBuffer", "_tempDataLen", "disconnecting", "socket", "TLS"):
        assert hasattr(transport, name), name
    assert WebSocketServerProtocol.STATE_OPEN
    assert WebSocketServerProtocol.sendCloseFrame
    assert all(callable(getattr(protocol, name)) for name in DEBUG_TEXTS)
