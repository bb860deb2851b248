"""Define what we use of libraries beyond their promises: each test turns red when a new version changes it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import engineio
import pytest
from autobahn.twisted.websocket import WebSocketServerFactory
from django.db import connection
from engineio.async_socket import AsyncSocket
from twisted.internet import tcp

from core import stores
from realtime import engine, presence, writers
from realtime.frames import websocket_text
from realtime.writers import payload_of
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


class _Named:
    """An object with so many attributes and no others."""

    def __init__(self, names, **values):
        vars(self).update(dict.fromkeys(names), **values)


@pytest.mark.parametrize("hidden", ["", *writers._OF_TRANSPORT, *writers._OF_PROTOCOL])
def test_sockets_are_written_to_by_plain_asgi_when_daphne_lacks_a_name(hidden):
    transport = _Named(name for name in writers._OF_TRANSPORT if name != hidden)
    protocol = _Named(writers._OF_PROTOCOL, transport=transport)
    if hidden in writers._OF_PROTOCOL:
        delattr(protocol, hidden)
    writer = writers.writer_of(partial(print, protocol))
    assert type(writer) is (writers.AsgiWriter if hidden else writers.DaphneWriter)


def test_twisted_and_autobahn_have_the_names_that_are_built_on():
    with socket.socket() as one:
        transport = tcp.Connection(one, None, reactor=object())
    assert [name for name in writers._OF_TRANSPORT if not hasattr(transport, name)] == []
    protocol = WebSocketServerFactory().buildProtocol(None)
    there_when_connected = {"state", "failByDrop"}
    assert {name for name in writers._OF_PROTOCOL if not hasattr(protocol, name)} <= there_when_connected


@pytest.mark.parametrize("hidden", engine._OVERRIDDEN)
def test_a_socketio_client_keeps_its_queue_when_engineio_lacks_a_name(hidden, monkeypatch):
    made = AsyncSocket(engineio.AsyncServer(async_mode="asgi", monitor_clients=False), "one")
    monkeypatch.setattr(engine, "_OVERRIDDEN", (*engine._OVERRIDDEN, f"{hidden}_no_more"))
    engine.DirectSocket.adopt(made, None)
    assert type(made) is AsyncSocket
    assert made.queue
