"""F4 and F5: a list and a search beside the SQL that one would write by hand for them."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.ground import Ground
from benchmarks.table import Row
from benchmarks.web import request, times, web

COLUMNS = "id, number, subject, customer_name, category_id, assignee_id, status, priority, created_at, updated_at"
LIMIT = 25
# What seeding puts into every 5,000th and every third ticket, asked for with other letters and marks than are written.
RARE, COMMON = "زمرده فيروزية", "تأخر الشحن"


class Spent:
    """Milliseconds that statements took, each; those sent in one round trip are one."""

    def __init__(self) -> None:
        self.each: list[float] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.each.append((time.perf_counter() - begun) * 1000)


@contextmanager
def sql_time() -> Iterator[Spent]:
    """Return what the block spends in statements, Django's own and prepared ones."""
    from django.db import connection

    from core import prepared

    spent, ask = Spent(), prepared.execute_all
    prepared.execute_all = lambda *asked: spent(lambda *_: ask(*asked), str(asked), None, False, None)
    try:
        with connection.execute_wrapper(spent):
            yield spent
    finally:
        prepared.execute_all = ask


def agent() -> Any:
    """An agent who sees every ticket."""
    from accounts.models import User

    return User.objects.with_rights().filter(email="agent0@seed.test").get()


def lists(ground: Ground) -> list[Row]:
    """F4: tickets of a state and an agent; all of a state; the page behind a cursor."""
    agents = [pk for (pk,) in ground.floor.execute("select distinct assignee_id from ticket where assignee_id > 0")]

    def one() -> tuple[dict[str, str], str, list[Any]]:
        status, who = random.choice(["open", "in_progress", "resolved", "closed"]), random.choice(agents)
        return {"status": status, "agentId": str(who)}, "status = %s and assignee_id = %s", [status, who]

    def state() -> tuple[dict[str, str], str, list[Any]]:
        status = random.choice(["open", "resolved", "closed"])
        return {"status": status}, "status = %s", [status]

    rows = []
    with web(1) as ports:
        for name, pick in (("by state and agent", one), ("by state", state)):
            rows += _list(ground, ports[0], name, pick)
    return rows


def _list(ground: Ground, port: int, name: str, pick: Callable[[], tuple[dict[str, str], str, list[Any]]]) -> list[Row]:
    from accounts.tokens import open_family

    user, cases = agent(), [pick() for _ in range(ground.size.requests)]
    token = open_family(user).access
    found: dict[str, list[float]] = {}
    for _ in range(ground.size.rounds):
        # In turn, case by case: whatever else the machine does then hits both.
        ours, floor = [], []
        for asked, where, given in cases:
            floor.append(_floor_list(ground, where, given))
            ours.append(_our_list(user, asked))
        paths = iter([_path(asked) for asked, _, _ in [*cases[:3], *cases]])
        answers = times(port, lambda: request("GET", next(paths), token), len(cases))  # noqa: B023
        for key, values in (
            ("page", [page for page, _ in ours]), ("both", [both for _, both in ours]), ("answer", answers),
            ("floor page", [page for page, _ in floor]), ("floor both", [both for _, both in floor]),
        ):  # fmt: skip
            found.setdefault(key, []).append(statistics.median(values))
    what = f"list {name}, {ground.size.tickets:,} tickets"
    return [
        Row("F4", f"{what}, SQL of the page", "ms", found["page"], found["floor page"]),
        Row("F4", f"{what}, SQL of page and capped count", "ms", found["both"], found["floor both"]),
        Row("F4a", f"{what}, whole answer against the floor's page", "ms", found["answer"], found["floor page"]),
    ]


def _path(asked: dict[str, str]) -> str:
    return f"/tickets?limit={LIMIT}&" + "&".join(f"{name}={value}" for name, value in asked.items())


def _floor_list(ground: Ground, where: str, given: list[Any]) -> tuple[float, float]:
    """Milliseconds of the page, and of the page and its count, which stops at 10,000 as ours does."""
    page = f"select {COLUMNS} from ticket where {where} order by created_at desc, id desc limit {LIMIT}"
    begun = time.perf_counter()
    ground.floor.execute(page, given).fetchall()
    paged = time.perf_counter()
    ground.floor.execute(f"select count(*) from (select 1 from ticket where {where} limit 10001) t", given).fetchall()
    return (paged - begun) * 1000, (time.perf_counter() - begun) * 1000


def _our_list(user: Any, asked: dict[str, str]) -> tuple[float, float]:
    """The same of ours: a list's statements are its count and its page, in this order."""
    with sql_time() as spent:
        _list_of(user, asked)
    return spent.each[-1], sum(spent.each)


def _list_of(user: Any, asked: dict[str, str]) -> None:
    from django.http import QueryDict

    from core.api.lists import narrowed, paginate, read_paging
    from tickets import queries
    from tickets.api.filters import filters_for, sorts_for

    given = QueryDict(mutable=True)
    given.update({**asked, "limit": str(LIMIT)})
    rows = narrowed(queries.tickets_for(user), filters_for(user), given)
    paging, steady = read_paging(given, sorts_for(user), "createdAt"), queries.by_one_index(given, user)
    paginate(queries.brief(rows, "created_at"), paging, sorts_for(user), brief=True, steady=steady)


def searches(ground: Ground) -> list[Row]:
    """F5: the newest 25 that hold rare and common words, Arabic folded."""
    found = []
    for name, query in (("rare", RARE), ("common", COMMON)):
        ours, theirs = [], []
        hits = 0
        for _ in range(ground.size.rounds):
            floor, spent = [], []
            for _ in range(ground.size.requests):
                floor.append(_floor_search(ground, query))
                ms, hits = _our_search(query)
                spent.append(ms)
            theirs.append(statistics.median(floor))
            ours.append(statistics.median(spent))
        what = f"search, {name} words ({hits}{'+' if hits >= 1000 else ''} hits), {ground.size.tickets:,} tickets, SQL"
        found.append(Row("F5", what, "ms", ours, theirs))
    return found


def _floor_search(ground: Ground, query: str) -> float:
    """The page and the capped count, by full-text search: what a search answers too."""
    holds = "from ticket where terms @@ plainto_tsquery('simple', fold(%s))"
    begun = time.perf_counter()
    page = f"select {COLUMNS} {holds} order by created_at desc, id desc limit {LIMIT}"
    rows = ground.floor.execute(page, [query]).fetchall()
    ground.floor.execute(f"select count(*) from (select 1 {holds} limit 1001) found", [query]).fetchall()
    took = (time.perf_counter() - begun) * 1000
    if not rows:
        raise RuntimeError(f"The floor finds nothing for {query}.")
    return took


def _our_search(query: str) -> tuple[float, int]:
    from core.api.lists import read_paging
    from tickets import queries
    from tickets.api.filters import STAFF_SORTS
    from tickets.search import search

    user = agent()
    paging = read_paging({"limit": LIMIT}, STAFF_SORTS, "createdAt")
    with sql_time() as spent:
        page = search(
            queries.brief(queries.tickets_for(user), "created_at"), paging, STAFF_SORTS, viewer=user, query=query
        )
    return sum(spent.each), page.meta["total"]
