"""Make a function an operation: one transaction, and its audit, notification and event rows in one round trip.

`write_later` collects rows while an operation runs; the outermost operation sends them as one set-based INSERT a table,
the commit behind them, all in one psycopg pipeline (docs/adr/0002-operations.md).
"""

import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import orjson
from django.db import InterfaceError, OperationalError, connection, transaction

from core.after_commit import after_commit
from core.jobs import wake
from core.prepared import COMMIT, Statement, execute_all

P = ParamSpec("P")
R = TypeVar("R")


class CommitUnknown(OperationalError):
    """The connection was lost after the commit was sent and before it was answered: it may have been carried out."""


OPERATIONS: dict[str, Callable[..., Any]] = {}


Row = Sequence[Any]
FEW = 4
FIRST = 1
"""The `n` of the first row of an Insert."""


@dataclass(frozen=True, eq=False)
class Insert:
    """One set-based INSERT.

    Its `sql` has `{rows}` where the rows stand, as a table of `columns` (names and types) and of `n`, their order.
    Without `columns` it takes one array a column, in order. `numbered` rows get their place at commit, under the one
    commit lock. They are sent last, so that the foreign keys of all other rows, which PostgreSQL checks in the order of
    writing, never wait for a row while that lock is held.
    """

    sql: str
    columns: str = ""
    numbered: bool = False

    def statement(self, rows: list[Row]) -> Statement:
        """The statement for these rows; a few are written out, many go as one JSON text, which both sides read fast."""
        if not self.columns:
            return self.sql, [list(column) for column in zip(*rows, strict=True)]
        if len(rows) <= FEW:
            return _written_out(self.sql, self.columns, len(rows)), [value for row in rows for value in row]
        return self.sql.replace("{rows}", rows_from_json(self.columns)), [rows_as_json(self.columns, rows)]


def rows_from_json(columns: str) -> str:
    """The rows that `rows_as_json` wrote as a table `u` of `columns` (names and types) and of `n`, their order."""
    return (
        f"rows from (json_to_recordset(%s::json) as ({columns})) with ordinality as u({', '.join(_names(columns))}, n)"
    )


def rows_as_json(columns: str, rows: Sequence[Row]) -> str:
    """Rows as one parameter."""
    names = _names(columns)
    return orjson.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str).decode()


@functools.cache
def _names(columns: str) -> list[str]:
    return [column.split()[0] for column in columns.split(",")]


@functools.cache
def _written_out(sql: str, columns: str, count: int) -> str:
    values = ", ".join(f"%s::{column.split(maxsplit=1)[1]}" for column in columns.split(","))
    rows = ", ".join(f"({values}, {number})" for number in range(FIRST, FIRST + count))
    return sql.replace("{rows}", f"(values {rows}) as u({', '.join(_names(columns))}, n)")


@dataclass
class _Unit:
    is_joined: bool = False
    rows: dict[Insert, list[Row]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    calls: dict[tuple[Callable[..., None], tuple[Any, ...]], None] = field(default_factory=dict)


class _Current(threading.local):
    """Per thread, as Django's connections are."""

    unit: _Unit | None = None


_current = _Current()


def in_operation() -> bool:
    """Return whether this thread is inside an operation."""
    return _current.unit is not None


def is_one_of_several() -> bool:
    """Return whether the operation under way holds, or is held by, another one, which may read what it has written."""
    return _require().is_joined


def write_later(insert: Insert, *rows: Row) -> None:
    """Add rows to what the current operation writes at its end. RuntimeError outside an operation."""
    _require().rows.setdefault(insert, []).extend(rows)


def collected(insert: Insert) -> list[Row]:
    """Return the rows that the current operation will write by this INSERT at its end; none outside an operation."""
    return list(_current.unit.rows.get(insert, ())) if _current.unit else []


def run_later(sql: str, params: Sequence[Any]) -> None:
    """Add a statement whose result nobody needs to the same round trip."""
    _require().statements.append((sql, params))


def call_after_commit(function: Callable[..., None], *args: Any) -> None:
    """Call a function once when the outermost operation has committed, however often the same call is asked for.

    The call may be lost: what it is about stands in rows of this operation, and a timer looks for those it missed. An
    error in it is logged. RuntimeError outside an operation.
    """
    _require().calls[function, args] = None


def wake_after_commit(task: str, *args: Any) -> None:
    """Wake a background task once when the outermost operation has committed; RuntimeError outside an operation.

    The task takes up rows that this operation writes. It or another one is on the beat and finds what was missed.
    """
    call_after_commit(wake, task, *args)


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
        with operation_scope():
            return function(*args, **kwargs)

    OPERATIONS[f"{function.__module__}.{function.__qualname__}"] = run
    return run


@contextmanager
def operation_scope() -> Iterator[None]:
    """The transaction of one or more operations; joins the one already open.

    Raises CommitUnknown when nobody knows whether it was committed.
    """
    if _current.unit is not None:
        _current.unit.is_joined = True
        yield
        return
    ours, committing = connection.get_autocommit(), None
    try:
        with transaction.atomic():
            _current.unit = _Unit()
            try:
                yield
                committing = connection.connection if ours else None
                _send(_current.unit, commit=ours and not connection.needs_rollback)
                for function, args in _current.unit.calls:
                    after_commit(function, *args)
            finally:
                _current.unit = None
    except (OperationalError, InterfaceError) as error:
        if committing is not None and committing.closed:
            raise CommitUnknown(str(error)) from error
        raise


@contextmanager
def attempt() -> Iterator[None]:
    """A savepoint inside an operation: an exception undoes this part alone, its collected rows with it."""
    current = _require()
    kept = {insert: len(rows) for insert, rows in current.rows.items()}
    statements, calls = len(current.statements), len(current.calls)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for insert, rows in current.rows.items():
            del rows[kept.get(insert, 0) :]
        del current.statements[statements:]
        for call in list(current.calls)[calls:]:
            del current.calls[call]
        raise


def _send(current: _Unit, *, commit: bool) -> None:
    """Send what was collected, and with it the commit where the transaction is ours: Django's own then does nothing."""
    written = [(insert, rows) for insert, rows in current.rows.items() if rows]
    batch = [insert.statement(rows) for insert, rows in written if not insert.numbered]
    batch += current.statements
    batch += [insert.statement(rows) for insert, rows in written if insert.numbered]
    if batch:
        execute_all(*batch, *([COMMIT] if commit else []))
