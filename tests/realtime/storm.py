"""Writers that mix everything which takes a place at commit, and a reader who watches the rooms meanwhile."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import connection, transaction

from accounts.models import User
from audit.recorder import record
from core.operation import Insert, attempt, operation_scope, write_later
from realtime.models import Event
from realtime.publish import emit
from tests.undone import Undone
from tickets.models import Ticket

ROOMS = ["queue:tickets", *(f"ticket:{number}" for number in range(1, 5)), *(f"ticket-staff:{n}" for n in range(1, 4))]
_CHANGE = Insert(
    "insert into tickets_change (ticket_id, field, old, new, by_id, at) "
    "select t, 'x', '', '', u, now() from unnest(%s::bigint[], %s::bigint[]) as r(t, u)"
)


@dataclass
class Storm:
    """Hold what the writers and the reader came to; `faults` must stay empty."""

    tickets: list[Ticket]
    people: list[User]
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    expected: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, seconds: float, writers: int = 8, seed: int = 1) -> None:
        """All at once for so many seconds."""
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self._write, args=(until, seed * 1000 + n)) for n in range(writers)]
        reader = threading.Thread(target=self._watch, args=(until,))
        for thread in (*threads, reader):
            thread.start()
        for thread in (*threads, reader):
            thread.join()

    def _write(self, until: float, seed: int) -> None:
        choice = random.Random(seed)
        try:
            while time.monotonic() < until:
                self._transaction(choice)
        except Exception as error:
            self.faults.append(f"seed {seed}: {type(error).__name__}: {error}")
        finally:
            connection.close()

    def _transaction(self, choice: random.Random) -> None:
        sent: Counter[str] = Counter()
        try:
            if choice.random() < 0.3:
                with transaction.atomic():
                    # As every operation locks a row that others point at: FOR NO KEY UPDATE lets their foreign keys by.
                    User.objects.select_for_update(no_key=True).get(pk=choice.choice(self.people).pk)
                    for _ in range(choice.randint(1, 3)):
                        self._unit(choice, sent)
                    _perhaps(choice, 0.2)
            else:
                self._unit(choice, sent)
        except Undone:
            self.counts["rolled back"] += 1
            return
        with self.lock:
            self.counts["committed"] += 1
            self.expected += sent

    def _unit(self, choice: random.Random, sent: Counter[str]) -> None:
        with operation_scope():
            for _ in range(choice.randint(1, 4)):
                if choice.random() < 0.3:
                    with suppress(Undone):
                        part: Counter[str] = Counter()
                        with attempt():
                            self._write_some(choice, part)
                            _perhaps(choice, 0.5)
                        sent += part
                else:
                    self._write_some(choice, sent)
            _perhaps(choice, 0.15)

    def _write_some(self, choice: random.Random, sent: Counter[str]) -> None:
        """An audit entry, an event to some rooms, a row with foreign keys: in any order."""
        ticket, person = choice.choice(self.tickets), choice.choice(self.people)
        acts = [self._event, lambda _: record("STORM", ticket, by=person, new={"n": 1})]
        acts.append(lambda _: write_later(_CHANGE, (ticket.pk, person.pk)))
        choice.shuffle(acts)
        for act in acts[: choice.randint(1, 3)]:
            found = act(choice)
            sent.update(found or [])

    def _event(self, choice: random.Random) -> list[str]:
        rooms = choice.sample(ROOMS, choice.randint(1, 3))
        shown = choice.choice(ROOMS)
        emit("ticket:updated", {room: {"realtime": {"room": shown, "seq": -1}} for room in rooms})
        return rooms

    def _watch(self, until: float) -> None:
        """Polls each room for what is new: a hole once seen is a fault, even when it is filled later."""
        last = dict.fromkeys(ROOMS, 0)
        try:
            while time.monotonic() < until:
                for room in ROOMS:
                    new = Event.objects.filter(room=room, seq__gt=last[room]).order_by("seq")
                    for seq in list(new.values_list("seq", flat=True)):
                        if seq != last[room] + 1:
                            self.faults.append(f"{room}: {seq} after {last[room]}")
                        last[room] = seq
                self.counts["polls"] += 1
        except Exception as error:
            self.faults.append(f"reader: {type(error).__name__}: {error}")
        finally:
            connection.close()


def _perhaps(choice: random.Random, likely: float) -> None:
    if choice.random() < likely:
        raise Undone
