"""Queries of every request: written by Django once a thread, planned by PostgreSQL once a connection."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.query import ModelIterable

M = TypeVar("M", bound=Model)


def execute(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that is planned once a connection; parameters are the server's to bind, so cast them."""
    started = time.monotonic()
    with connection.cursor(), connection.wrap_database_errors:  # Django's cursor looks after the connection
        cursor = psycopg.Cursor(connection.connection)
        rows = cursor.execute(sql, params, prepare=True).fetchall()
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": f"{time.monotonic() - started:.3f}"})
    return rows


class AnyOf(Func):
    """Whether a column is one of a list of ids: one parameter, however long the list."""

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
            self._own.written = rows, compiler, sql, places
        return self._own.written

    def _place(self, value: Any) -> tuple[str, Any]:
        """The name of a mark, or no name and a constant."""
        names = [name for name, mark in self._marks.items() if type(mark) is type(value) and mark == value]
        return (names[0], None) if names else ("", value)
