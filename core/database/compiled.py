"""Querysets that Django compiles once a thread: a ticket with all that its form shows takes 5 ms to compile.

Django has no public way to keep a compiled query, so private names of its compiler are used here, and only here. Where
one of them is missing, each call builds and compiles its queryset, and a log line says so once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import structlog
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from core.prepared import execute

log = structlog.get_logger(__name__)
M = TypeVar("M", bound=Model)
_COMPILER = ("as_sql", "execute_sql", "get_converters")
"""The methods of Django's compiler that are called or replaced on one instance of it."""


class Prepared(Generic[M]):
    """A queryset whose values differ from call to call and nothing else.

    `make(**marks)` builds it with marks in place of the values; a mark is like no other value in the query.
    """

    def __init__(self, make: Callable[..., QuerySet[M]], **marks: Any) -> None:
        self._make, self._marks, self._own = make, marks, threading.local()

    def fetch(self, **values: Any) -> list[M]:
        """Return the rows for these values, with all that the queryset selects and annotates."""
        if not hasattr(self._own, "kept"):
            self._own.kept = self._compiled()
        if self._own.kept is None:
            return list(self._make(**values))
        rows, compiler, sql, places = self._own.kept
        params = [values[name] if name else constant for name, constant in places]
        compiler.execute_sql = lambda *_, **__: [execute(sql, params)]
        return list(rows.iterator())

    def _compiled(self) -> Any:
        """Return the queryset, its compiler, its SQL, and where the values go; None where Django is not as known."""
        rows = self._make(**self._marks)
        if not all(hasattr(SQLCompiler, name) for name in _COMPILER) or not hasattr(rows.query, "get_compiler"):
            log.warning("django_compiler_unknown", consequence="queries are compiled at each call")
            return None
        compiler: Any = rows.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        places = [self._place(value) for value in params]
        if {name for name, _ in places if name} != set(self._marks):
            raise RuntimeError("The query does not take its values as they are given.")
        rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        # How values are read does not change either; Django asks every column each time.
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _: converters
        return rows, compiler, sql, places

    def _place(self, value: Any) -> tuple[str, Any]:
        """Return the name of a mark, or no name and a constant."""
        names = [name for name, mark in self._marks.items() if type(mark) is type(value) and mark == value]
        return (names[0], None) if names else ("", value)
