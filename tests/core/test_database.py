"""A lasting connection is asked whether it works only when there is reason to."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from core.database import base

pytestmark = pytest.mark.usefixtures("transactional_db")


def _fresh() -> None:
    """As a request finds the connection that another one left."""
    connection.ensure_connection()
    connection.health_check_done = False
    connection.health_check_enabled = True


def _queries() -> list[str]:
    connection.force_debug_cursor = True
    connection.queries_log.clear()
    try:
        connection.close_if_health_check_failed()
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            return [str(cursor.fetchone()[0])]
    finally:
        connection.force_debug_cursor = False


def test_one_in_use_is_not_asked(monkeypatch):
    connection.close()
    _fresh()
    monkeypatch.setattr(base.base.DatabaseWrapper, "is_usable", lambda self: pytest.fail("asked"))
    assert connection.is_usable()


def test_one_that_rested_is_asked(monkeypatch):
    _fresh()
    asked = []
    monkeypatch.setattr(base.base.DatabaseWrapper, "is_usable", lambda self: asked.append(1) or True)
    monkeypatch.setattr(base, "TRUSTED_SECONDS", 0.0)
    assert connection.is_usable()
    assert asked


def test_one_that_the_server_ended_is_replaced():
    _fresh()
    [before] = _queries()
    _fresh()
    with psycopg.connect(**_superuser()) as other:
        other.execute("select pg_terminate_backend(%s)", [int(before)])
        other.execute("select pg_sleep(0.1)")
    [after] = _queries()
    assert after != before


def _superuser() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
