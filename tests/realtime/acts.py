"""Act in the socket tests: events by the hundred, signals that are heard, commits that notify nobody."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection

from accounts.models import User
from core.operation import operation_scope
from realtime import notifier, publish
from realtime.models import Room
from realtime.publish import emit
from tickets.models import Ticket
from tickets.operations import NewTicket, create_ticket

_count = itertools.count(1)


def opened(by: User) -> Ticket:
    return create_ticket(NewTicket("Cracked screen", "The phone came with a cracked screen."), by=by)


def say(*rooms: str, body: str = "") -> None:
    """One event to these rooms, as small as may be."""
    with operation_scope():
        form = {"body": body or f"Message {next(_count)}"}
        emit("ticket:message", dict.fromkeys(rooms, form))


class Load:
    """Writes at a steady rate until told to end; remembers when each was committed and how long it took."""

    def __init__(self, room: str, pause: float = 0.05) -> None:
        self.room, self.pause = room, pause
        self.committed, self.took, self.failed = list[float](), list[float](), list[Exception]()
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self.ending.wait(self.pause):
            started = time.monotonic()
            try:
                say(self.room)
            except Exception as error:  # counted, and the test fails on any
                self.failed.append(error)
            self.committed.append(time.monotonic())
            self.took.append(time.monotonic() - started)
        connection.close()

    def __enter__(self) -> Load:
        self.thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.ending.set()
        self.thread.join()


def report(*figures: object) -> None:
    """A figure of this run, shown with -s and where a test fails."""
    print(*figures)  # noqa: T201


def chances(name: str) -> random.Random:
    """Random numbers whose seed is printed; REALTIME_SEED repeats a run."""
    seed = int(os.environ.get("REALTIME_SEED") or random.randrange(10**6))
    report(f"REALTIME_SEED={seed} ({name})")
    return random.Random(seed)


def head(room: str) -> int:
    found = Room.objects.filter(pk=room).first()
    return found.seq if found else 0


def forget(room: str, *, up_to: int) -> None:
    """Retention took the oldest events of a room."""
    with connection.cursor() as cursor:
        cursor.execute("delete from rt_event where room = %s and seq <= %s", [room, up_to])


@contextlib.contextmanager
def unnotified() -> Iterator[None]:
    """Events of this process are stored, and no process is told."""
    silent = replace(publish._INSERT, sql=publish._INSERT.sql.replace(f"pg_notify('{notifier.NEWS}', room)", "room"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "_INSERT", silent)
        yield


def notify(*rooms: str) -> None:
    """Tell every process that these rooms have news, true or not."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, room) from unnest(%s::text[]) room", [notifier.NEWS, list(rooms)])


@contextlib.contextmanager
def signals_sent() -> Iterator[list[list[notifier.Signal]]]:
    """The signals that this process sends meanwhile, those of one call together."""
    sent: list[list[notifier.Signal]] = []
    real = notifier.notify_signals

    def heard(signals: list[notifier.Signal]) -> None:
        sent.append(signals)
        real(signals)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notifier, "notify_signals", heard)
        yield sent
