"""Read roll-ups: which days of a question they answer, their rows, and the days that are left to be counted."""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from reports.asking import Ask
from reports.ledger import Ledger
from reports.periods import Period
from reports.rollups.models import Length
from reports.rollups.rules import digest
from reports.scope import is_everything

TIMES = ("bucket", "created", "hour")
MOST_RANGES = 4
"""Above so many ranges of days left over, the closest are counted as one."""
_DAY = datetime.timedelta(days=1)

# Good spans inside the period, the days of a good month left out, with their rows of one ledger and grouping.
_ROWS = """
with marked as (
  select distinct %(first)s::date + width_bucket(at, %(starts)s::timestamptz[]) - 1 as day
  from reports_mark where at >= %(start)s and at < %(end)s
), good as (
  select s.length, s.first, s.last from reports_span s
  where s.rules = %(rules)s and s.length = any(%(lengths)s) and s.first >= %(first)s and s.last <= %(last)s
    and not exists (select from marked m where m.day between s.first and s.last)
), months as materialized (
  select first, last from good where length = 'month'
), taken as (
  select * from good g where g.length = 'month' or not exists (
    select from months m where g.first between m.first and m.last)
)
select t.first, t.last, r.key, r.mark, r.rows, r.total, {classes}
from taken t left join reports_rollup r
  on r.length = t.length and r.first = t.first and r.ledger = %(ledger)s and r.grouping = %(grouping)s
order by t.first
"""


@dataclass(frozen=True)
class Counted:
    """Rows of one key of a question's groups, as roll-ups have them."""

    key: tuple[Any, ...]
    rows: int
    total: Any
    classes: dict[int, int]


@dataclass(frozen=True)
class Found:
    """Hold what roll-ups know of a question, and the days that they do not know."""

    counted: list[Counted]
    left: list[Period]


def read(ask: Ask, ledger: Ledger, by: Sequence[str], *, spread: bool) -> Found:
    """Return what roll-ups know; nothing, and the whole period left, where they do not keep what is asked."""
    grouping = _grouping(ask, ledger, by, spread=spread)
    if grouping is None or not is_everything(ask, chats=ledger.of_chats):
        return Found([], [ask.period])
    of_days = any(name in TIMES for name in by)
    rows = _rows(ask.period, ledger, grouping, [Length.DAY] if of_days else list(Length), spread)
    left = left_over(ask.period, sorted({(first, last) for first, last, *_ in rows}))
    keys = _Keys(ask, by)
    known = [row for row in rows if row[4] is not None and not any(period.holds(row[0]) for period in left)]
    counted = [
        Counted(keys.of(first, key, mark), count, total, {int(k): n for k, n in orjson.loads(classes or "{}").items()})
        for first, _last, key, mark, count, total, classes in known
    ]
    return Found(counted, left)


def _grouping(ask: Ask, ledger: Ledger, by: Sequence[str], *, spread: bool) -> str | None:
    """Return the grouping of roll-ups that answers `by`; None when none does."""
    names = [name for name in by if name != "mark"]
    unfit = len(names) > 1 or not ledger.day or (spread and not ledger.classes) or ask.until is not None
    if unfit or ask.period.zone.key != settings.TIME_ZONE:
        return None
    name = names[0] if names else ""
    if name in ("bucket", "created"):
        moment = ledger.at if name == "bucket" else ledger.created
        return "" if moment == ledger.moment and ask.group != "hour" else None
    return name if not name or name in ledger.kept else None


def _rows(period: Period, ledger: Ledger, grouping: str, lengths: list[str], spread: bool) -> list[tuple[Any, ...]]:
    starts = list(period.starts("day"))
    given: dict[str, Any] = {
        "first": period.first, "last": period.last, "starts": starts, "start": starts[0], "end": period.end,
        "rules": digest(), "lengths": [str(length) for length in lengths], "ledger": ledger.name, "grouping": grouping,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(classes="r.classes::text" if spread else "null"), given)
        return cursor.fetchall()


class _Keys:
    """Make a question's keys of the rows of roll-ups: days become places of buckets, hours of a day places of hours."""

    def __init__(self, ask: Ask, by: Sequence[str]) -> None:
        self.period, self.by = ask.period, by
        self.starts: Sequence[datetime.datetime] = ()
        if any(name in TIMES for name in by):
            self.starts = ask.period.hours if "hour" in by else ask.period.starts(ask.group)

    def of(self, first: datetime.date, key: Any, mark: str) -> tuple[Any, ...]:
        found = {"mark": mark}
        return tuple(found[name] if name in found else self._place(name, first, key) for name in self.by)

    def _place(self, name: str, first: datetime.date, key: Any) -> Any:
        if name not in TIMES:
            return key
        day = Period(first, first, self.period.zone)
        return bisect.bisect_right(self.starts, day.hours[key - 1] if name == "hour" else day.start)


def left_over(period: Period, spans: Iterable[tuple[datetime.date, datetime.date]]) -> list[Period]:
    """Return the days of a period that lie in none of the spans (in order), as MOST_RANGES ranges at most.

    Ranges that lie closest together become one, with what lies between them.
    """
    found: list[list[datetime.date]] = []
    reached = period.first
    for first, last in spans:
        if first > reached:
            found.append([reached, first - _DAY])
        reached = max(reached, last + _DAY)
    if reached <= period.last:
        found.append([reached, period.last])
    while len(found) > MOST_RANGES:
        place = min(range(1, len(found)), key=lambda n: found[n][0] - found[n - 1][1])
        found[place - 1 : place + 1] = [[found[place - 1][0], found[place][1]]]
    return [Period(first, last, period.zone) for first, last in found]


def days_left(ask: Ask, ledger: Ledger, by: Sequence[str]) -> int | None:
    """Return how many days of a question roll-ups do not know; None when they keep nothing of the kind."""
    if _grouping(ask, ledger, by, spread=False) is None or not is_everything(ask, chats=ledger.of_chats):
        return None
    return sum(period.days for period in read(ask, ledger, by, spread=False).left)
