"""A database that goes while a commit is under way: the refusal says so, and a repeat with the same key stores once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest
from django.db import connection
from psycopg.pq import TransactionStatus

from tests.api import Api, data, refusal
from tests.tickets.acts import act, opened, thread
from tickets.models import Ticket

BODY = {"subject": "S", "description": "D"}


class Line:
    """A way to the database that breaks at a word: before it is passed on, or after, so that its answer is lost."""

    def __init__(self, server: tuple[str, str]) -> None:
        self.host, self.port = server
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.word, self.passes_on = b"", True
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def break_at(self, word: bytes, *, passes_on: bool) -> None:
        self.passes_on, self.word = passes_on, word

    def close(self) -> None:
        self.listener.close()
        for each in self.open:
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            if self.host.startswith("/"):
                server = socket.socket(socket.AF_UNIX)
                server.connect(f"{self.host}/.s.PGSQL.{self.port}")
            else:
                server = socket.create_connection((self.host, int(self.port)))
            self.open += [client, server]
            threading.Thread(target=_quietly, args=(self._to_server, client, server), daemon=True).start()
            threading.Thread(target=_quietly, args=(self._to_client, server, client), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        while content := _received(client):
            breaks = bool(self.word) and self.word in content.lower()
            if not breaks or self.passes_on:
                if breaks:
                    self.swallowing = True
                server.sendall(content)
            if breaks:
                self.word = b""
                if not self.passes_on:
                    client.close()
                    server.close()
                    return

    swallowing = False

    def _to_client(self, server: socket.socket, client: socket.socket) -> None:
        while content := _received(server):
            if self.swallowing:
                self.swallowing = False
                client.shutdown(socket.SHUT_RDWR)
                return
            client.sendall(content)


def _quietly(carry: Callable[[socket.socket, socket.socket], None], *ends: socket.socket) -> None:
    """Carry until an end is closed."""
    with suppress(OSError):
        carry(*ends)


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""


@pytest.fixture
def line(transactional_db: None) -> Iterator[Line]:
    """Django's connection goes this way meanwhile."""
    settings = connection.settings_dict
    before = {name: settings[name] for name in ("HOST", "PORT")}
    made = Line((str(settings["HOST"]), str(settings["PORT"] or 5432)))
    connection.close()
    settings.update(HOST="127.0.0.1", PORT=str(made.listener.getsockname()[1]))
    yield made
    connection.close()
    settings.update(before)
    made.close()


def test_a_lost_answer_to_a_commit_is_called_so_and_the_same_key_stores_once(committed_cast, line):
    client = Api(committed_cast.customer)
    line.break_at(b"\x00commit\x00", passes_on=True)
    error = refusal(client.post("/tickets", BODY, Idempotency_Key="k1"), 503, "unavailable")
    assert error["details"] == {"mayBeStored": True}
    assert "may be stored" in error["message"]
    assert Ticket.objects.count() == 1
    data(client.post("/tickets", BODY, Idempotency_Key="k1"), 201)
    assert Ticket.objects.count() == 1


def test_a_message_whose_commit_was_not_answered_is_stored_once_under_its_own_name(committed_cast, line):
    ticket = opened(committed_cast.customer)
    client, body = Api(committed_cast.customer), {"body": "B", "clientMessageId": "c1"}
    line.break_at(b"\x00commit\x00", passes_on=True)
    error = refusal(client.post(f"/tickets/{ticket['id']}/messages", body), 503, "unavailable")
    assert error["details"] == {"mayBeStored": True}
    assert act(committed_cast.customer, ticket, "messages", body)["body"] == "B"
    assert len(thread(committed_cast.customer, ticket)) == 2


@pytest.mark.parametrize("word", [b"insert into", b"select"])
def test_a_connection_lost_before_the_commit_promises_nothing_of_the_kind(word, committed_cast, line):
    client = Api(committed_cast.customer)
    line.break_at(word, passes_on=False)
    error = refusal(client.post("/tickets", BODY, Idempotency_Key="k1"), 503, "unavailable")
    assert "details" not in error
    connection.close()  # as the next request would, which looks at its connection first
    assert Ticket.objects.count() == 0
    data(client.post("/tickets", BODY, Idempotency_Key="k1"), 201)


def test_a_commit_whose_pipeline_cannot_be_left_may_be_stored_and_its_connection_is_not_used_again(
    committed_cast, monkeypatch
):
    enter, leave = psycopg.Pipeline.__enter__, psycopg.Pipeline.__exit__
    inside = {}

    def begin(pipeline):
        inside[pipeline] = connection.connection.info.transaction_status == TransactionStatus.INTRANS
        return enter(pipeline)

    def end(pipeline, *problem):
        pipeline.sync()
        if inside[pipeline] and connection.connection.info.transaction_status == TransactionStatus.IDLE:
            raise psycopg.OperationalError("cannot exit pipeline mode while busy")
        leave(pipeline, *problem)

    client = Api(committed_cast.customer)
    with monkeypatch.context() as stuck:
        stuck.setattr(psycopg.Pipeline, "__enter__", begin)
        stuck.setattr(psycopg.Pipeline, "__exit__", end)
        error = refusal(client.post("/tickets", BODY, Idempotency_Key="k1"), 503, "unavailable")
    assert error["details"] == {"mayBeStored": True}
    data(client.post("/tickets", BODY, Idempotency_Key="k1"), 201)
    assert Ticket.objects.count() == 1
