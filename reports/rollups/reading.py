"""Read roll-ups: what they know of a question's groups, and the stretches of time that are left to be counted."""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from django.db import connection

from core.days import day_end, day_start, site_zone
from reports.asking import Ask
from reports.ledger import Ledger
from reports.rollups.models import Length
from reports.rollups.rules import digest
from reports.scope import is_everything

TIMES = ("bucket", "created", "hour")
QUARTER = "quarter"
"""The grouping by quarters of an hour, of which the days and hours of every time zone are made."""
MOST_STRETCHES = 4
"""Above so many stretches left over, the closest are counted as one."""
_DAY = datetime.timedelta(days=1)

# Good spans among the days asked for, the days of a good month left out, with their rows of some ledgers and groupings.
_ROWS = """
with marked as (
  select distinct %(first)s::date + width_bucket(at, %(starts)s::timestamptz[]) - 1 as day
  from reports_mark where at >= %(from)s and at < %(until)s
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
"""
_SPANS = """
select t.first, t.last, r.ledger, r.grouping, r.key, r.mark, r.rows, r.total,
  case when r.ledger = any(%(spread)s) then r.classes::text end
from taken t left join lateral (
  select r.* from unnest(%(ledgers)s::text[], %(groupings)s::text[]) w(ledger, grouping) join reports_rollup r
    on r.ledger = w.ledger and r.grouping = w.grouping
  where r.length = t.length and r.first = t.first
) r on true
"""
# A day's quarters are those that have passed since its beginning, from 1. Their key becomes the place in the question.
# The caller leaves out those of days that are not good; a join would depend on what the planner knows.
_QUARTERS = """
select t.first, t.last, null::text, null::text, null::int, null::text, null::bigint, null::numeric, null::text
from taken t
union all
select q.first, q.first, q.ledger, 'quarter', width_bucket(q.at, %(places)s::timestamptz[]), q.mark,
  sum(q.rows)::bigint, sum(q.total), null
from (
  select r.*, (%(starts)s::timestamptz[])[r.first - %(first)s::date + 1] + (r.key - 1) * interval '15 minutes' as at
  from reports_rollup r
  where r.ledger = any(%(ledgers)s) and r.grouping = 'quarter' and r.length = 'day'
    and r.first between %(first)s and %(last)s
  offset 0
) q
where q.at >= %(start)s and q.at < %(end)s
group by 1, 3, 5, 6
"""


class Want(NamedTuple):
    """A ledger counted by `by` (reports.counting.BY): rows, with `spread` also by class, with `sums` their amounts."""

    ledger: Ledger
    by: tuple[str, ...] = ()
    spread: bool = False
    sums: bool = True


class Stretch(NamedTuple):
    """A time from a moment to another, half-open."""

    start: datetime.datetime
    end: datetime.datetime


@dataclass(frozen=True)
class Counted:
    """Rows of one key of a question's groups, as roll-ups have them."""

    key: tuple[Any, ...]
    rows: int
    total: Any
    classes: dict[int, int]


@dataclass(frozen=True)
class Found:
    """Hold what roll-ups know of a question, and the time that they do not know."""

    counted: list[Counted]
    left: list[Stretch]


def read(ask: Ask, wants: Sequence[Want]) -> list[Found]:
    """Return what roll-ups know of each want; nothing, and the whole period left, where they do not keep it."""
    found = [Found([], [Stretch(ask.period.start, ask.period.end)]) for _want in wants]
    parted: dict[tuple[bool, bool], list[int]] = {}
    for place, want in enumerate(wants):
        grouping = grouping_of(ask, want)
        if grouping is not None:
            of_days = any(name in TIMES for name in want.by)
            parted.setdefault((grouping == QUARTER, of_days), []).append(place)
    for (quarters, of_days), places in parted.items():
        answers = _read(ask, [wants[place] for place in places], quarters=quarters, of_days=of_days)
        for place, answer in zip(places, answers, strict=True):
            found[place] = answer
    return found


def grouping_of(ask: Ask, want: Want) -> str | None:
    """Return the grouping of roll-ups that answers a want, empty for the whole; None when none does."""
    ledger, names = want.ledger, [name for name in want.by if name != "mark"]
    times = [name for name in names if name in TIMES]
    unfit = len(names) > 1 or not ledger.day or (want.spread and not ledger.classes) or ask.until is not None
    if unfit or not is_everything(ask, chats=ledger.of_chats) or not _of_quarters(ask):
        return None
    if not times:
        name = names[0] if names else ""
        return name if not name or name in ledger.kept else None
    if (ledger.created if times == ["created"] else ledger.at) != ledger.moment:
        return None
    if ask.period.zone == site_zone() and ask.group != "hour" and times != ["hour"]:
        return ""
    return QUARTER if QUARTER in ledger.kept and not want.spread else None


def _of_quarters(ask: Ask) -> bool:
    """Return whether the period begins and ends with a quarter of an hour, UTC, as it does since all zones agreed."""
    return not any(int(moment.timestamp()) % 900 for moment in (ask.period.start, ask.period.end))


def _read(ask: Ask, wants: Sequence[Want], *, quarters: bool, of_days: bool) -> list[Found]:
    """Read wants that the same days answer, by one statement."""
    start, end, zone = ask.period.start, ask.period.end, site_zone()
    first, last = (moment.astimezone(zone).date() for moment in (start, end - datetime.timedelta(microseconds=1)))
    if not quarters:
        # Days of the site that the period cuts are counted from their rows.
        first = first if day_start(first, zone) >= start else first + _DAY
        last = last if day_end(last, zone) <= end else last - _DAY
    if last < first:
        return [Found([], [Stretch(start, end)]) for _want in wants]
    starts = [day_start(first + _DAY * number, zone) for number in range((last - first).days + 1)]
    given: dict[str, Any] = {
        "first": first, "last": last, "starts": starts, "from": starts[0], "until": day_end(last, zone), "start": start,
        "end": end, "rules": digest(), "lengths": [str(each) for each in ([Length.DAY] if of_days else Length)],
        "ledgers": [want.ledger.name for want in wants], "spread": [w.ledger.name for w in wants if w.spread],
        "groupings": [grouping_of(ask, want) for want in wants],
    }  # fmt: skip
    if quarters:
        hours = any("hour" in want.by for want in wants)
        given["places"] = list(ask.period.hours if hours else ask.period.starts(ask.group))
    with connection.cursor() as cursor:
        cursor.execute(_ROWS + (_QUARTERS if quarters else _SPANS), given)
        rows = cursor.fetchall()
    spans = sorted({(row[0], row[1]) for row in rows if not quarters or row[2] is None})
    left = left_over(Stretch(start, end), (Stretch(day_start(a, zone), day_end(b, zone)) for a, b in spans))
    good = {
        a for a, b in spans if not any(day_start(a, zone) < each.end and each.start < day_end(b, zone) for each in left)
    }
    keys = _Keys(ask)
    return [
        Found(
            [
                Counted(
                    keys.of(want.by, row[0], row[4], row[5]), row[6], row[7], _classes(row[8] if want.spread else "")
                )
                for row in rows
                if row[2] == want.ledger.name and row[3] == grouping and row[0] in good
            ],
            left,
        )
        for want, grouping in zip(wants, given["groupings"], strict=True)
    ]


def _classes(text: str | None) -> dict[int, int]:
    return {int(number): count for number, count in orjson.loads(text or "{}").items()}


class _Keys:
    """Make a question's keys of the rows of roll-ups: days of the site become places of buckets."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.starts = ask.period.starts(ask.group)

    def of(self, by: Sequence[str], first: datetime.date, key: Any, mark: str) -> tuple[Any, ...]:
        return tuple(mark if name == "mark" else self._place(name, first, key) for name in by)

    def _place(self, name: str, first: datetime.date, key: Any) -> Any:
        if name not in TIMES or key is not None:
            return key
        return bisect.bisect_right(self.starts, day_start(first, site_zone()))


def left_over(period: Stretch, spans: Iterable[Stretch]) -> list[Stretch]:
    """Return what of a period lies in none of the spans (in order), as MOST_STRETCHES at most.

    Those that lie closest together become one, with what lies between them.
    """
    found: list[Stretch] = []
    reached = period.start
    for start, end in spans:
        if start > reached:
            found.append(Stretch(reached, start))
        reached = max(reached, end)
    if reached < period.end:
        found.append(Stretch(reached, period.end))
    while len(found) > MOST_STRETCHES:
        place = min(range(1, len(found)), key=lambda n: found[n].start - found[n - 1].end)
        found[place - 1 : place + 1] = [Stretch(found[place - 1].start, found[place].end)]
    return found


def days_left(ask: Ask, ledger: Ledger, by: Sequence[str]) -> float | None:
    """Return how many days of a question roll-ups do not know; None when they keep nothing of the kind."""
    want = Want(ledger, tuple(by))
    if grouping_of(ask, want) is None:
        return None
    [known] = read(ask, [want])
    return sum((each.end - each.start) / _DAY for each in known.left)
