"""Counting a ledger: one statement for all groups, and the rows of one of them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from reports.asking import Ask
from reports.classes import BOUNDS
from reports.ledger import Ledger, counts_of, rows_of
from reports.rollups import reading
from reports.rollups.reading import Stretch, Want
from reports.scope import Sql, as_sql, chats_of, tickets_of

TICKET_COLUMNS = (
    *("id", "created_at", "status", "priority", "category_id", "team_id", "customer_id", "resolved_at", "closed_at"),
    *("first_response_at", "first_response_by_id", "first_response_due_at", "next_response_due_at"),
    *("resolution_due_at", "sla_paused", "sla_remaining_seconds", "customer_waits_since"),
)
CHAT_COLUMNS = ("id", "created_at", "status", "agent_id", "first_waiting_at", "first_accepted_at", "ended_at")

BY: dict[str, str] = {
    "bucket": "width_bucket(l.at, %(buckets)s::timestamptz[])",
    "created": "width_bucket(l.created_at, %(buckets)s::timestamptz[])",
    "hour": "width_bucket(l.at, %(hours)s::timestamptz[])",
    "agent": "l.agent_id",
    "category": "l.category_id",
    "team": "l.team_id",
    "priority": "l.priority",
    "mark": "l.mark",
    "amount": "l.amount::int",
}
"""Groupings of a ledger; `bucket`, `created` and `hour` are places in the period, from 1."""
CLASS = "width_bucket(floor(l.amount)::int, %(classes)s::int[])"

MEMORY = "set local work_mem = '128MB'"
"""Enough to hold the tickets of a year in a join without writing them to disk."""

Key = tuple[Any, ...]


@dataclass
class Tally:
    """Hold a group's counts: rows, the exact sum of the amounts, and rows by class."""

    rows: int = 0
    total: Decimal = Decimal(0)
    classes: dict[int, int] = field(default_factory=dict)

    def add(self, rows: int, total: Decimal, classes: Mapping[int, int]) -> None:
        """Count further rows of the group."""
        self.rows += rows
        self.total += total
        for number, count in classes.items():
            self.classes[number] = self.classes.get(number, 0) + count


@dataclass(frozen=True)
class Row:
    """A row behind a figure: of a ticket or a chat."""

    id: int
    at: datetime.datetime
    agent_id: int | None
    amount: Decimal | None


def tally(ask: Ask, ledger: Ledger, by: Sequence[str] = (), *, spread: bool = False) -> dict[Key, Tally]:
    """Count the rows of a ledger by group; with `spread` also by class of their amounts."""
    [found] = tallies(ask, [Want(ledger, tuple(by), spread)])
    return found


def tallies(ask: Ask, wants: Sequence[Want]) -> list[dict[Key, Tally]]:
    """Count several ledgers by group, in their order.

    What roll-ups know comes out of these. All else is counted from rows, ledgers of the same rows by one reading.
    """
    found: list[dict[Key, Tally]] = []
    left: dict[Stretch, dict[Key, list[tuple[Want, dict[Key, Tally]]]]] = {}
    names = _names_of(wants)
    for want, known in zip(wants, reading.read(ask, wants), strict=True):
        groups: dict[Key, Tally] = {}
        for each in known.counted:
            groups.setdefault(each.key, Tally()).add(each.rows, each.total, each.classes)
        for stretch in known.left:
            left.setdefault(stretch, {}).setdefault(_reading_of(want, names), []).append((want, groups))
        found.append(groups)
    for stretch, readings in left.items():
        for together in readings.values():
            _count(ask, stretch, together)
    return found


def _names_of(wants: Sequence[Want]) -> dict[Ledger, set[str]]:
    """Return by what each ledger is grouped, all wants of it together."""
    names: dict[Ledger, set[str]] = {}
    for want in wants:
        names.setdefault(want.ledger, set()).update(want.by)
    return names


def _reading_of(want: Want, names: Mapping[Ledger, set[str]]) -> Key:
    """Return what wants must have in common to be counted by one reading of rows."""
    ledger, by = want.ledger, names[want.ledger]
    said = (ledger.at if by & {"bucket", "hour"} else "", ledger.agent if "agent" in by else "")
    mark = ledger.mark if "mark" in by else ""
    return (
        ledger.joins,
        ledger.among or ledger.where,
        *said,
        mark,
        ledger.amount if want.spread or "amount" in by else "",
    )


def _count(ask: Ask, stretch: Stretch, together: Sequence[tuple[Want, dict[Key, Tally]]]) -> None:
    """Count a stretch of time from rows, for wants that one reading answers, and add it to their groups."""
    ledgers = list(dict.fromkeys(want.ledger for want, _groups in together))
    summed = {want.ledger for want, _groups in together if want.sums}
    by = list(dict.fromkeys(name for want, _groups in together for name in want.by))
    spread = together[0][0].spread
    keys = [*(BY[name] for name in by), *([CLASS] if spread else [])]
    counts = ", ".join(counts_of(place, each in summed, len(ledgers)) for place, each in enumerate(ledgers))
    places = ", ".join(str(place) for place in range(1, len(keys) + 1))
    sql = f"select {''.join(f'{key}, ' for key in keys)}{counts} from l" + (f" group by {places}" if keys else "")
    for row in _run(ask, ledgers, sql, stretch=stretch):
        group = dict(zip(by, row, strict=False))
        for want, groups in together:
            place = len(keys) + 2 * ledgers.index(want.ledger)
            rows, total = row[place : place + 2]
            if rows or not keys:
                classes = {row[len(by)]: rows} if spread else {}
                groups.setdefault(tuple(group[name] for name in want.by), Tally()).add(rows, total, classes)


def distinct(ask: Ask, ledger: Ledger, by: Sequence[str] = ()) -> dict[Key, int]:
    """Count the tickets or chats of a ledger by group, each once in a group."""
    keys = "".join(f"{BY[name]}, " for name in by)
    places = ", ".join(str(place) for place in range(1, len(by) + 1))
    sql = f"select {keys}count(distinct l.id) from l" + (f" group by {places}" if by else "")
    return {tuple(key): count for *key, count in _run(ask, [ledger], sql)}


Where = Mapping[str, Sequence[Any]]
"""Of keys of BY, the values that are wanted."""


def rows(ask: Ask, ledger: Ledger, where: Where, *, once: bool, limit: int, offset: int = 0) -> list[Row]:
    """Return the rows of a ledger in order of time; with `once` the first one of each ticket or chat."""
    source = f"(select distinct on (l.id) l.* from l{_clause(where)} order by l.id, l.at)"
    sql = f"select l.id, l.at, l.agent_id, l.amount from {source if once else 'l'} l{'' if once else _clause(where)}"
    sql += " order by l.at, l.id limit %(limit)s offset %(skip)s"
    return [Row(*row) for row in _run(ask, [ledger], sql, _values(where) | {"limit": limit, "skip": offset})]


def count_rows(ask: Ask, ledger: Ledger, where: Where, *, once: bool) -> int:
    """Return how many rows `rows` has without a limit."""
    what = "distinct l.id" if once else "*"
    [[count]] = _run(ask, [ledger], f"select count({what}) from l{_clause(where)}", _values(where))
    return int(count)


def _clause(where: Where) -> str:
    conditions = [
        f"{BY[name]} is null" if list(values) == [None] else f"{BY[name]} = any(%(is_{name})s)"
        for name, values in where.items()
    ]
    return f" where {' and '.join(conditions)}" if conditions else ""


def _values(where: Where) -> dict[str, Any]:
    return {f"is_{name}": list(values) for name, values in where.items() if list(values) != [None]}


def _run(
    ask: Ask,
    ledgers: Sequence[Ledger],
    sql: str,
    extra: Mapping[str, Any] | None = None,
    stretch: Stretch | None = None,
) -> list[tuple[Any, ...]]:
    """Run a SELECT over `l`, the rows of ledgers in the question's period or a part of it."""
    of_chats = ledgers[0].of_chats
    scope = as_sql(chats_of(ask), CHAT_COLUMNS) if of_chats else as_sql(tickets_of(ask), TICKET_COLUMNS)
    start, end = stretch or (ask.period.start, ask.period.end)
    given = {**_lists(ask, sql), "start": start, "end": min(end, ask.until or end), **(extra or {})}
    whole, params = over(ledgers, scope, sql)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MEMORY)
        cursor.execute(whole, {**params, **given})
        return cursor.fetchall()


def over(ledgers: Sequence[Ledger], scope: Sql, sql: str) -> tuple[str, dict[str, Any]]:
    """Return a statement over `l`, the rows of ledgers in a scope, and its parameters but `start` and `end`."""
    text, params = scope
    named = iter(range(len(params)))
    text = re.sub("%s", lambda _: f"%(scope{next(named)})s", text)
    name = "s" if ledgers[0].of_chats else "t"
    window = datetime.timedelta(days=settings.REOPEN_WINDOW_DAYS)
    given = {f"scope{place}": value for place, value in enumerate(params)}
    given |= {"reopen_window": window}
    return f"with {name} as not materialized ({text}), l as ({rows_of(ledgers)}) {sql}", given


def _lists(ask: Ask, sql: str) -> dict[str, Any]:
    """Return the long lists that a statement asks for."""
    lists: dict[str, Callable[[], list[Any]]] = {
        "buckets": lambda: list(ask.period.starts(ask.group)),
        "hours": lambda: list(ask.period.hours),
        "classes": lambda: list(BOUNDS),
    }
    return {name: make() for name, make in lists.items() if f"%({name})s" in sql}
