"""Transactions that are always taken back, and that count as a test's own for what must be outermost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction


@contextmanager
def undone() -> Iterator[None]:
    """Return what happens inside is checked as a commit would check it, and then never was."""
    block = transaction.atomic()
    block._from_testcase = True  # Django's own mark: durable blocks may stand inside, as in its TestCase
    with block:
        yield
        connection.check_constraints()
        transaction.set_rollback(True)


@contextmanager
def connection_kept() -> Iterator[None]:
    """Requests leave the connection alone at their ends, as under Django's test client: the world hangs on it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
