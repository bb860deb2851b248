"""Making the demo: once, whole, and never into real data."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection

from backoffice.demo import checkpoint
from backoffice.demo.checkpoint import Mark
from backoffice.demo.opening import open_shop
from backoffice.demo.plan import plan
from backoffice.demo.runner import Player
from backoffice.demo.timing import DAYS
from core import clock
from core.advisory_lock import advisory_lock
from core.operation import operation_scope
from core.request_context import request_context
from tickets import monitor

# Hears now and then how many tickets there are, of how many.
Tell = Callable[[int, int], None]
# How long before the demo's present the shop opens: a demo to be finished finds its present by it.
OPENED = timedelta(days=DAYS + 2)
_LOCK = 4243


class Refused(Exception):
    """Why no demo is made here, in a sentence for the operator."""


def make_demo(size: int, tell: Tell) -> int:
    """Make a demo of `size` tickets, or finish one that was interrupted at the size it was begun with.

    Answers how many tickets there are now, 0 when the demo was there before. Raises Refused on real data.
    """
    with advisory_lock(_LOCK, Refused("Another process is making the demo at this moment.")):
        found = checkpoint.latest()
        if found and found[0].complete:
            return 0
        real = checkpoint.real_data(begun=found is not None)
        if real:
            raise Refused(f"This database holds real data ({real}), so no demo was made. To start without: DEMO=0.")
        with _hurry():
            return _make(size, found, tell)


def _make(size: int, begun: tuple[Mark, datetime] | None, tell: Tell) -> int:
    now = begun[1] + OPENED if begun else clock.now()
    size = begun[0].size if begun else size
    steps = plan(size, now)
    if begun is None:
        with operation_scope(), request_context(Mark(size, 0, len(steps)).origin()), clock.at(now - OPENED):
            open_shop()
    elif begun[0].total != len(steps):
        raise Refused("A demo of another version was interrupted here. Empty the database and make it anew.")
    Player(size, steps).play(begun[0].done if begun else 0, lambda tickets: tell(tickets, size))
    monitor.run()  # so that what is due already has been told when somebody looks
    return size


@contextmanager
def _hurry() -> Iterator[None]:
    """No waiting for the disk at each commit (after a power cut the demo goes on from where it was), and less often a
    search for garbage, of which short operations make little."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit to off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("reset synchronous_commit")
        gc.set_threshold(*thresholds)
        gc.unfreeze()
