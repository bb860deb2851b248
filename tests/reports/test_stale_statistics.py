"""Statistics that know nothing of the rows, as after an import, choose no plan that counts a history once a ticket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api import Api, data
from tests.cast import Cast
from tests.database import superuser
from tests.reports.history import Maker

TABLES = "('tickets_ticket', 'tickets_change', 'tickets_message', 'tickets_merge', 'tickets_slaevent')"


@pytest.fixture
def stale(db: None) -> Iterator[None]:
    """The planner believes that every table of tickets is empty, as after rows that were analyzed and deleted."""
    with superuser(connection.settings_dict["NAME"]) as owner:
        before = owner.execute(f"select oid, relpages, reltuples from pg_class where relname in {TABLES}").fetchall()
        owner.execute(f"update pg_class set relpages = 50, reltuples = 0 where relname in {TABLES}")
        yield
        for oid, pages, tuples in before:
            owner.execute("update pg_class set relpages = %s, reltuples = %s where oid = %s", [pages, tuples, oid])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


@pytest.mark.parametrize("path", ["tickets/agent-performance", "statistics/agents"])
def test_what_is_counted_over_all_tickets_is_counted_once(cast: Cast, stale: None, path: str) -> None:
    Maker(cast, 3, days=20).make(20)
    with CaptureQueriesContext(connection) as queries:
        data(Api(cast.manager).get(f"/support/reports/{path}?startDate=2026-01-01&endDate=2026-12-01"))
    looked = 0
    for query in queries:
        if "tickets_change" in query["sql"] or "tickets_message" in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute("explain (analyze, format json) " + query["sql"])
                [[[found]]] = cursor.fetchall()
            for node in nodes(found["Plan"]):
                if node["Node Type"] == "WindowAgg" or "Group Key" in node:
                    assert node["Actual Loops"] <= 1, node
                    looked += 1
    assert looked
