"""What happens in the socket tests: events by the hundred, doorbells that are lost, doubled and shuffled."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from core.operation import operation_scope
from realtime import notifier
from realtime.models import Room
from realtime.publish import emit
from tickets.models import Ticket
from tickets.operations import NewTicket, create_ticket

_count = itertools.count(1)
Batch = list[tuple[str, Mapping[str, Any]]]


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
def doorbells(change: Callable[[Batch], Iterable[Batch]]) -> Iterator[None]:
    """Each ring of this process becomes the rings that `change` makes of it."""
    real = notifier.publish

    def publish(messages: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        for batch in change(list(messages)):
            real(batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notifier, "publish", publish)
        yield


def lost(batch: Batch) -> list[Batch]:
    return []


class Shuffled:
    """Rings three times each, in groups of `size` in random order."""

    def __init__(self, size: int, chance: random.Random) -> None:
        self.size, self.chance, self.held = size, chance, list[Batch]()

    def __call__(self, batch: Batch) -> list[Batch]:
        self.held += [batch] * 3
        if len(self.held) < self.size * 3:
            return []
        out, self.held = self.held, []
        self.chance.shuffle(out)
        return out
