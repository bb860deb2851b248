"""Statements that PostgreSQL plans once a connection: several go in one round trip, by psycopg's pipeline."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BigIntegerField, BooleanField, F, Func, Value
from psycopg.pq import PipelineStatus

Rows = list[tuple[Any, ...]]
Statement = tuple[str, Sequence[Any]]
COMMIT: Statement = ("commit", ())


def execute(sql: str, params: Sequence[Any]) -> Rows:
    """Return the rows of a statement; the server binds its parameters, so that they need casts."""
    return execute_all((sql, params))[0]


def execute_all(*statements: Statement) -> list[Rows]:
    """Return the rows of each of these statements, sent in one round trip; logged as one where Django logs queries."""
    started = time.monotonic()
    ours = connections[DEFAULT_DB_ALIAS]  # looked up once; `connection` looks it up for each attribute
    ours.close_if_health_check_failed()  # both as for a cursor of Django's
    ours.ensure_connection()
    raw = ours.connection
    with ours.wrap_database_errors:
        try:
            with raw.pipeline() if len(statements) > 1 else nullcontext():
                cursors = [psycopg.Cursor(raw).execute(*each, prepare=each is not COMMIT) for each in statements]
        finally:
            if raw.info.pipeline_status != PipelineStatus.OFF:
                raw.close()  # libpq could not leave its pipeline: nobody knows what became of the statements
        found = [cursor.fetchall() if cursor.rownumber is not None else [] for cursor in cursors]
    if ours.queries_logged:
        written = psycopg.ClientCursor(raw)
        sql = "; ".join(written.mogrify(*each) for each in statements if each is not COMMIT)
        ours.queries_log.append({"sql": sql, "time": f"{time.monotonic() - started:.3f}"})
    return found


def execute_planned_once(sql: str, params: Sequence[Any], *, off: Sequence[str]) -> Rows:
    """Return the rows of a statement that gets one plan for whatever values come, with these planner settings off.

    Before its first plans PostgreSQL would else look at the values, and plan anew each time if that seems cheaper.
    """
    settings = {"plan_cache_mode": ("force_generic_plan", "auto"), **dict.fromkeys(off, ("off", "on"))}
    setting = "select " + ", ".join(["set_config(%s, %s, true)"] * len(settings))
    before, after = ([word for name, ends in settings.items() for word in (name, ends[end])] for end in (0, 1))
    # Outside a transaction the round trip is one of its own, and ends what is set for it.
    restore = [(setting, after)] if connection.in_atomic_block else []
    return execute_all((setting, before), (sql, params), *restore)[1]


class AnyOf(Func):
    """Tell whether a column is one of a list of ids: one parameter, however long the list."""

    template = "%(expressions)s)"
    arg_joiner = " = any("
    output_field = BooleanField()

    def __init__(self, column: str, ids: Sequence[int]) -> None:
        super().__init__(F(column), Value(list(ids), output_field=ArrayField(BigIntegerField())))
