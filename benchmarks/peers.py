"""H1 to H5: the requests of people, beside django-helpdesk with the same amount of data on the same server."""

from __future__ import annotations

import datetime
import json
import random
import urllib.parse
from typing import Any

from benchmarks.ground import Ground
from benchmarks.pages import cookie
from benchmarks.reads import COMMON, RARE, agent
from benchmarks.reports import manager
from benchmarks.table import Row
from benchmarks.web import rate, request, times, web

CLIENTS = 2


def ours_alone(ground: Ground) -> list[Row]:
    """Our side of the comparison, without a peer."""
    return _rows(ground, _ours(ground), {})


def compare(ground: Ground) -> list[Row]:
    """Both sides, one after the other in each round."""
    from benchmarks.helpdesk.run import Helpdesk

    ours: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}
    with Helpdesk(ground) as helpdesk, web() as ports:
        for _ in range(ground.size.rounds):
            _add(theirs, helpdesk.measure())
            _add(ours, measure(ground, ports))
    return _rows(ground, ours, theirs)


def _ours(ground: Ground) -> dict[str, list[float]]:
    ours: dict[str, list[float]] = {}
    with web() as ports:
        for _ in range(ground.size.rounds):
            _add(ours, measure(ground, ports))
    return ours


def _add(to: dict[str, list[float]], found: dict[str, float]) -> None:
    for name, value in found.items():
        to.setdefault(name, []).append(value)


OFTEN = 4
"""Requests of ours for each of the peer's, which takes so much longer: a p95 of few tells of the machine alone."""


def measure(ground: Ground, ports: list[int]) -> dict[str, float]:
    """One round of ours."""
    from accounts.tokens import open_family

    user = agent()
    token, count = open_family(user).access, OFTEN * ground.size.requests
    # Of those seeded: what a round before opened stands behind a gap of ids.
    low, high = ground.floor.execute("select min(id) from tickets_ticket").fetchone()[0], ground.last
    customers = [pk for (pk,) in ground.floor.execute("select distinct customer_id from floor.text limit 50")]

    def get(path: str) -> Any:
        return lambda: request("GET", path, token)

    creator = _creator()

    def create() -> bytes:
        body = {
            "subject": "تذكرة جديدة",
            "description": "وصف المشكلة " * 10,
            "customerId": str(random.choice(customers)),
        }
        return request("POST", "/tickets", creator, json.dumps(body).encode())

    def page() -> Any:
        pk = random.randint(low, high)
        turn = iter(range(10**9))
        paths = [f"/tickets/{pk}", f"/tickets/{pk}/messages"]
        return lambda: request("GET", paths[next(turn) % 2], token)

    searches = {name: "/tickets?limit=25&query=" + urllib.parse.quote(text) for name, text in
                (("rare", RARE), ("common", COMMON))}  # fmt: skip
    seen = cookie(manager())

    def shown(path: str) -> Any:
        return lambda: request("GET", path, "", extra=seen)

    page_times = times(ports[0], page(), 2 * count, warm=4)
    return {
        "H1": rate(ports, create, CLIENTS, ground.size.seconds),
        "H2 open": p95(times(ports[0], get("/tickets?limit=25&status=open,in_progress"), count)),
        "H2 all": p95(times(ports[0], get("/tickets?limit=25"), count)),
        "H3 rare": p95(times(ports[0], get(searches["rare"]), count)),
        "H3 common": p95(times(ports[0], get(searches["common"]), count)),
        # A page is the ticket and its thread: two requests.
        "H4": p50([one + two for one, two in zip(page_times[::2], page_times[1::2], strict=True)]),
        "H5 dashboard": p50(times(ports[0], shown("/admin/reports"), ground.size.requests)),
        "H5 report": p50(times(ports[0], shown(f"/admin/reports/agent-performance?{_year()}"), ground.size.requests)),
    }


def _year() -> str:
    """Return the parameters of the last 365 whole days."""
    last = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    return f"startDate={last - datetime.timedelta(days=364)}&endDate={last}"


_tokens: list[str] = []


def _creator() -> str:
    """The token of an administrator, who may open tickets for customers."""
    if not _tokens:
        from accounts.models import Role, User
        from accounts.tokens import open_family

        boss, _ = User.objects.get_or_create(
            email="boss@seed.test", defaults={"name": "Boss", "role": Role.ADMINISTRATOR, "is_superuser": True}
        )
        _tokens.append(open_family(boss).access)
    return _tokens[0]


def p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def p50(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


WHAT = {
    "H1": (f"create ticket, 2 web processes, {CLIENTS} clients", "/s"),
    "H2 open": ("ticket list of two states, p95", "ms"),
    "H2 all": ("ticket list, p95", "ms"),
    "H3 rare": ("search, rare words, Arabic folded, p95", "ms"),
    "H3 common": ("search, common words, Arabic folded, p95", "ms"),
    "H4": ("ticket with thread, p50", "ms"),
    "H5 dashboard": ("dashboard, p50", "ms"),
    "H5 report": ("report over a year, p50", "ms"),
}


def _rows(ground: Ground, ours: dict[str, list[float]], theirs: dict[str, list[float]]) -> list[Row]:
    return [
        Row(name[:2], f"{what}, {ground.size.tickets:,} tickets", unit, ours[name], theirs.get(name, []))
        for name, (what, unit) in WHAT.items()
    ]
