"""Queries of every request: written by Django once a thread, planned by PostgreSQL once a connection."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BigIntegerField, BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.query import ModelIterable

from core.database.pipeline import at_once, begins

M = TypeVar("M", bound=Model)


Raw = psycopg.Connection[Any]
"""A connection below Django's."""
Rows = list[tuple[Any, ...]]


def execute(sql: str, params: Sequence[Any]) -> Rows:
    """The rows of a statement that is planned once a connection; parameters are the server's to bind, so cast them."""

    def run(raw: Raw) -> list[Rows]:
        if not begins(raw):
            return fetched(raw, [(sql, _send(raw, sql, params))])
        with at_once(raw):
            cursor = _send(raw, sql, params)
        return fetched(raw, [(sql, cursor)])

    return _timed(run, (sql, params))[0]


def execute_all(*statements: tuple[str, Sequence[Any]]) -> list[Rows]:
    """Return the rows of several statements, sent in one round trip and planned as `execute` does it."""

    def run(raw: Raw) -> list[Rows]:
        with raw.pipeline():
            cursors = [(sql, _send(raw, sql, params)) for sql, params in statements]
        return fetched(raw, cursors)

    return _timed(run, *statements)


def pipelined(*statements: tuple[str, Sequence[Any]], off: Sequence[str] = (), binary: bool = False) -> list[Rows]:
    """The rows of several statements in one round trip, each planned once a connection for whatever values come.

    `binary` rows are read faster where they are many: numbers, texts and moments come as they always do, JSON does not.
    `off` names planner settings that are off meanwhile. Before a statement's first plans PostgreSQL would else look at
    the values, and plan anew each time if that seems cheaper.
    """
    settings = {"plan_cache_mode": ("force_generic_plan", "auto"), **dict.fromkeys(off, ("off", "on"))}
    setting = "select " + ", ".join(["set_config(%s, %s, true)"] * len(settings))
    before, after = ([(setting, [w for name, ends in settings.items() for w in (name, ends[end])])] for end in (0, 1))
    if not connection.in_atomic_block:
        after = []  # the round trip is a transaction of its own, and ends what is set for it

    def run(raw: Raw) -> list[Rows]:
        with at_once(raw):
            for sql, params in before:
                _send(raw, sql, params)
            cursors = [(sql, _send(raw, sql, params, binary=binary)) for sql, params in statements]
            for sql, params in after:
                _send(raw, sql, params)
        return fetched(raw, cursors)

    return _timed(run, *before, *statements, *after)


def _send(raw: Raw, sql: str, params: Sequence[Any], *, binary: bool = False) -> psycopg.Cursor[Any]:
    return kept_cursor(raw, sql).execute(sql, params, prepare=True, binary=binary)


MOST_KEPT = 100


def _kept_cursors(raw: Raw) -> dict[str, psycopg.Cursor[Any]]:
    """Cursors of this connection that nobody uses at present, by their statement."""
    kept: dict[str, psycopg.Cursor[Any]] = vars(raw).setdefault("kept_cursors", {})
    return kept


def kept_cursor(raw: Raw, sql: str) -> psycopg.Cursor[Any]:
    """A cursor for a statement that is sent often: one that sent it before knows how its values are written and read.

    It is whoever asks's until `fetched` takes it back.
    """
    return _kept_cursors(raw).pop(sql, None) or psycopg.Cursor(raw)


def fetched(raw: Raw, cursors: Sequence[tuple[str, psycopg.Cursor[Any]]]) -> list[Rows]:
    """The rows that these cursors were answered, none for a statement without any; the cursors are kept."""
    kept = _kept_cursors(raw)
    if len(kept) + len(cursors) > MOST_KEPT:
        kept.clear()
    kept.update(cursors)
    return [cursor.fetchall() if cursor.rownumber is not None else [] for _sql, cursor in cursors]


def _timed(run: Callable[[Raw], list[Rows]], *statements: tuple[str, Sequence[Any]]) -> list[Rows]:
    """Run and log as Django does its own queries, those of one round trip as one."""
    started = time.monotonic()
    ours = connections[DEFAULT_DB_ALIAS]  # looked up once; `connection` looks it up for each attribute
    ours.close_if_health_check_failed()  # both as for a cursor of Django's
    ours.ensure_connection()
    with ours.wrap_database_errors:
        found = run(ours.connection)
    if ours.queries_logged:
        written = psycopg.ClientCursor(ours.connection)
        sql = "; ".join(written.mogrify(sql, params) for sql, params in statements)
        ours.queries_log.append({"sql": sql, "time": f"{time.monotonic() - started:.3f}"})
    return found


class AnyOf(Func):
    """Tell whether a column is one of a list of ids: one parameter, however long the list."""

    template = "%(expressions)s)"
    arg_joiner = " = any("
    output_field = BooleanField()

    def __init__(self, column: str, ids: Sequence[int]) -> None:
        super().__init__(F(column), Value(list(ids), output_field=ArrayField(BigIntegerField())))


class Prepared(Generic[M]):
    """A queryset whose values differ from call to call and nothing else.

    `make(**marks)` builds it with marks in place of the values; a mark is like no other value in the query.
    """

    def __init__(self, make: Callable[..., QuerySet[M]], **marks: Any) -> None:
        self._make, self._marks, self._own = make, marks, threading.local()

    def fetch(self, **values: Any) -> list[M]:
        """The rows for these values, with all that the queryset selects and annotates."""
        rows, compiler, sql, places = self._written()
        params = [values[name] if name else constant for name, constant in places]
        compiler.execute_sql = lambda **_: [execute(sql, params)]
        return list(ModelIterable(rows))

    def _written(self) -> Any:
        if not hasattr(self._own, "written"):
            rows = self._make(**self._marks)
            compiler = rows.query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
            places = [self._place(value) for value in params]
            if {name for name, _ in places if name} != set(self._marks):
                raise RuntimeError("The query does not take its values as they are given.")
            rows.query.get_compiler = lambda **_: compiler  # type: ignore[method-assign]
            # How values are read does not change either; Django asks every column each time.
            converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
            compiler.get_converters = lambda _: converters
            self._own.written = rows, compiler, sql, places
        return self._own.written

    def _place(self, value: Any) -> tuple[str, Any]:
        """The name of a mark, or no name and a constant."""
        names = [name for name, mark in self._marks.items() if type(mark) is type(value) and mark == value]
        return (names[0], None) if names else ("", value)
