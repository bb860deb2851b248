"""What makes a function an operation: one transaction, and its audit, notification and event rows in one round trip.

`write_later` collects rows while an operation runs; the outermost operation sends them before its commit as one
set-based INSERT a table, all in one psycopg pipeline (docs/adr/0002-operations.md).
"""

import functools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import psycopg
from django.db import connection, transaction

from core.after_commit import after_commit

P = ParamSpec("P")
R = TypeVar("R")
OPERATIONS: dict[str, Callable[..., Any]] = {}


@dataclass(frozen=True)
class Insert:
    """One set-based INSERT: `sql` takes one array a column, in order.

    `numbered` rows get their place at commit, under the one commit lock. They are sent last, so that the foreign keys
    of all other rows, which PostgreSQL checks in the order of writing, never wait for a row while that lock is held.
    `then` is called once with all rows after the commit, and may fail without harm.
    """

    sql: str
    numbered: bool = False
    then: Callable[[list[Sequence[Any]]], None] | None = None


@dataclass
class _Unit:
    rows: dict[Insert, list[Sequence[Any]]] = field(default_factory=dict)
    statements: list[tuple[str, Sequence[Any]]] = field(default_factory=list)


class _Current(threading.local):
    """Per thread, as Django's connections are."""

    unit: _Unit | None = None


_current = _Current()


def in_operation() -> bool:
    """Whether this thread is inside an operation."""
    return _current.unit is not None


def write_later(insert: Insert, row: Sequence[Any]) -> None:
    """Add a row to what the current operation writes at its end. RuntimeError outside an operation."""
    _require().rows.setdefault(insert, []).append(row)


def run_later(sql: str, params: Sequence[Any]) -> None:
    """Add a statement whose result nobody needs to the same round trip."""
    _require().statements.append((sql, params))


def _require() -> _Unit:
    if _current.unit is None:
        raise RuntimeError("Rows can only be written inside an operation.")
    return _current.unit


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """Register a change of the domain and run it in one transaction, joined to that of a calling operation.

    An exception undoes everything up to the outermost operation; use `attempt` where one of many may fail.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with unit():
            return function(*args, **kwargs)

    OPERATIONS[f"{function.__module__}.{function.__qualname__}"] = run
    return run


@contextmanager
def unit() -> Iterator[None]:
    """The transaction of one or more operations; joins the one already open."""
    if _current.unit is not None:
        yield
        return
    with transaction.atomic():
        _current.unit = _Unit()
        try:
            yield
            _send(_current.unit)
            for insert, rows in _current.unit.rows.items():
                if insert.then is not None and rows:
                    after_commit(insert.then, rows)
        finally:
            _current.unit = None


@contextmanager
def attempt() -> Iterator[None]:
    """A savepoint inside an operation: an exception undoes this part alone, its collected rows with it."""
    current = _require()
    kept = {insert: len(rows) for insert, rows in current.rows.items()}
    statements = len(current.statements)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for insert, rows in current.rows.items():
            del rows[kept.get(insert, 0) :]
        del current.statements[statements:]
        raise


def _send(current: _Unit) -> None:
    inserts: list[tuple[bool, tuple[str, Sequence[Any]]]] = [
        (insert.numbered, (insert.sql, [list(column) for column in zip(*rows, strict=True)]))
        for insert, rows in current.rows.items()
        if rows
    ]
    batch = [statement for numbered, statement in inserts if not numbered]
    batch += current.statements
    batch += [statement for numbered, statement in inserts if numbered]
    if not batch:
        return
    connection.ensure_connection()
    raw = connection.connection
    started = time.monotonic()
    with connection.wrap_database_errors:
        if len(batch) == 1:
            psycopg.Cursor(raw).execute(*batch[0], prepare=True)
        else:
            with raw.pipeline():
                for sql, params in batch:
                    psycopg.Cursor(raw).execute(sql, params, prepare=True)
    if connection.queries_logged:
        connection.queries_log.append(
            {"sql": "; ".join(sql for sql, _ in batch), "time": f"{time.monotonic() - started:.3f}"}
        )
