"""F6 and F7: each report over a year, from roll-ups and from rows, beside roll-ups that one would make by hand."""

from __future__ import annotations

import datetime
import statistics
import time
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.ground import FLOOR, Ground
from benchmarks.reads import sql_time
from benchmarks.table import Row
from benchmarks.web import request, times, web

DAYS = 365
SITE, FAR = "Asia/Riyadh", "America/New_York"
_BETWEEN = "where at >= %(start)s and at < %(end)s"
FLOORS = {
    "overview": f"select date_trunc('day', at), sum(created), sum(resolved) from rolled.hours {_BETWEEN} group by 1",
    "by-category": f"select category_id, sum(created), sum(resolved), sum(seconds) from rolled.categories {_BETWEEN}"
    " group by 1",
    "agent-performance": "select assignee_id, sum(handled), sum(resolved), sum(answered_seconds), sum(answered),"
    f" sum(stars), sum(ratings) from rolled.agents {_BETWEEN} group by 1",
    "sla-compliance": "select priority, sum(tickets), sum(answered_in_time), sum(resolved_in_time)"
    f" from rolled.promises {_BETWEEN} group by 1",
    "satisfaction": f"select date_trunc('month', at), rating, sum(given) from rolled.ratings {_BETWEEN} group by 1, 2",
    "peak-hours": "select extract(isodow from at), extract(hour from at), sum(created) from rolled.hours"
    f" {_BETWEEN} group by 1, 2",
    "chat-overview": f"select at, started, accepted, seconds from rolled.chats {_BETWEEN}",
    "first-contact-resolution": f"select sum(resolved) from rolled.hours {_BETWEEN}",
    "messages-per-ticket": f"select sum(written) from rolled.messages {_BETWEEN}",
}


def reports(ground: Ground) -> list[Row]:
    """Measure every report, and compare what roll-ups and rows say."""
    from reports.rollups.round import count_all

    begun = time.monotonic()
    while count_all(seconds=600):
        pass
    print(f"{time.monotonic() - begun:6.1f} s  roll-ups")
    ground.floor.execute((FLOOR / "reports.sql").read_text())
    user = manager()
    rows = [row for key in FLOORS for row in _of(ground, user, key)]
    return [*rows, *_answers(ground, user)]


def manager() -> Any:
    """Return a reader of reports who sees every ticket."""
    from accounts.models import Role, User
    from accounts.operations import create_staff

    found = User.objects.with_rights().filter(email="manager@seed.test").first()
    if found is None:
        create_staff("manager@seed.test", name="Manager", role=Role.MANAGER, password="not-for-signing-in-9", by=None)
        found = User.objects.with_rights().get(email="manager@seed.test")
    return found


def _ask(user: Any, zone: str) -> Any:
    from reports.asking import Ask
    from reports.periods import Period

    last = datetime.datetime.now(ZoneInfo(SITE)).date() - datetime.timedelta(days=1)
    return Ask(user, Period(last - datetime.timedelta(days=DAYS - 1), last, ZoneInfo(zone)))


def _of(ground: Ground, user: Any, key: str) -> list[Row]:
    rolled, far, floor = [], [], []
    for _ in range(ground.size.rounds):
        floor.append(statistics.median(_floor(ground, key, user) for _ in range(5)))
        rolled.append(statistics.median(_sql(user, key, SITE)[0] for _ in range(5)))
        far.append(statistics.median(_sql(user, key, FAR)[0] for _ in range(3)))
    _took, by_rollups = _sql(user, key, SITE)
    counted, by_rows = _from_rows(user, key)
    alike = "equal" if by_rows == by_rollups else "DIFFERENT"
    what = f"{key} over {DAYS} days, {ground.size.tickets:,} tickets, SQL"
    found = [
        Row("F6", f"{what} from roll-ups", "ms", rolled, floor, f"from rows: {alike}"),
        Row("F6z", f"{what} from roll-ups, days of {FAR}", "ms", far, floor),
        Row("F6r", f"{what} from rows", "ms", [counted], floor),
    ]
    if key != "chat-overview":
        filtered = [_sql(user, key, SITE, **only)[0] for only in _filters()]
        found.append(Row("F6f", f"{what} from rows, of one category; of one agent", "ms", [max(filtered)], floor))
    return found


def _filters() -> list[dict[str, Any]]:
    """Return filters that no roll-up keeps."""
    from benchmarks.reads import agent
    from tickets.models import Category

    return [{"categoryId": Category.objects.order_by("pk")[0].pk}, {"agentId": agent().pk}]


def _from_rows(user: Any, key: str) -> tuple[float, list[Any]]:
    """Measure a report while no day is counted beforehand."""
    from django.db import transaction

    from reports.rollups.counting import forget_all

    with transaction.atomic():
        forget_all()
        found = _sql(user, key, SITE)
        transaction.set_rollback(True)
    return found


def _floor(ground: Ground, key: str, user: Any) -> float:
    period = _ask(user, SITE).period
    begun = time.perf_counter()
    ground.floor.execute(FLOORS[key], {"start": period.start, "end": period.end}).fetchall()
    return (time.perf_counter() - begun) * 1000


def _sql(user: Any, key: str, zone: str, **only: Any) -> tuple[float, list[Any]]:
    """Return the milliseconds that a report's statements take, and its figures."""
    from django.db import connection

    from reports.registry import reports as all_reports

    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = '600s'")
    with sql_time() as spent:
        tables = all_reports()[key].tables(replace(_ask(user, zone), only=only))
    return sum(spent.each), [[(line.key, line.figures) for line in table.lines] for table in tables]


def _answers(ground: Ground, user: Any) -> list[Row]:
    """Measure whole answers of the API beside the floor's statement."""
    from accounts.tokens import open_family
    from reports.registry import reports as all_reports

    token, period, found = open_family(user).access, _ask(user, SITE).period, []
    with web(1) as ports:
        for key in FLOORS:
            path = f"/support/reports/{all_reports()[key].path}?startDate={period.first}&endDate={period.last}"
            ours, floor = [], []
            for _ in range(ground.size.rounds):
                asked = request("GET", path, token)
                took = sorted(times(ports[0], lambda: asked, max(ground.size.requests // 3, 5)))  # noqa: B023
                ours.append(took[int(len(took) * 0.95)])
                floor.append(_floor(ground, key, user))
            what = f"{key} over {DAYS} days, {ground.size.tickets:,} tickets, whole answer, p95"
            found.append(Row("F6a", what, "ms", ours, floor))
    return found
