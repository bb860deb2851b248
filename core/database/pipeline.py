"""Statements that are sent in one piece: psycopg's pipeline sends each by itself, and waits for `BEGIN` in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.generators import send
from psycopg.pq import TransactionStatus


class AtOnce(psycopg.Pipeline):
    """A pipeline whose statements gather in libpq until its end: one message to the server, which wakes up once."""

    def _communicate_gen(self) -> PQGen[None]:
        while self.command_queue:
            self.command_queue.popleft()()
        yield from ()

    def _sync_gen(self) -> PQGen[None]:
        yield from self._communicate_gen()

    def _exit_gen(self) -> PQGen[None]:
        self._enqueue_sync()
        yield from self._communicate_gen()
        yield from send(self.pgconn)
        yield from self._fetch_gen(flush=False)


@contextmanager
def at_once(raw: psycopg.Connection[Any]) -> Iterator[None]:
    """Send what is executed inside, and the transaction's `BEGIN`, at its end; results and errors come then.

    What libpq itself refuses (65,536 parameters) ends the connection.
    """
    assert raw._pipeline is None, "a pipeline does not stand in another"
    raw._pipeline = AtOnce(raw)
    try:
        with raw.pipeline():
            yield
    finally:
        raw._pipeline = None
        if raw.pgconn.pipeline_status:  # libpq refused a statement: what waits in it can be neither sent nor read
            raw.close()


def begins(raw: psycopg.Connection[Any]) -> bool:
    """Return whether the next statement begins a transaction."""
    return not raw.autocommit and raw.pgconn.transaction_status == TransactionStatus.IDLE
