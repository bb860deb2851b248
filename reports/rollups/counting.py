"""Count roll-ups anew: the days that are marked or were never counted, and the months of them.

One transaction with one snapshot takes a few weeks of days: it deletes the marks that it sees, counts every ledger from
its very rows, and writes. What commits after the snapshot has marks that it does not see, and those stay. So a worker
that is killed anywhere loses nothing, and counting twice does no harm.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction

from core import clock
from core.advisory_lock import advisory_lock
from core.days import day_start, site_zone
from reports.classes import BOUNDS
from reports.counting import BY, CHAT_COLUMNS, CLASS, TICKET_COLUMNS, over
from reports.ledger import Ledger
from reports.ledgers import DAILY
from reports.periods import Period
from reports.rollups.models import Length, Mark, Rollup, Span
from reports.rollups.reading import QUARTER
from reports.rollups.rules import digest
from reports.scope import everything

_LOCK = 4245
DAYS_AT_ONCE = 31
_DAY = datetime.timedelta(days=1)

_INSERT = """
, d as (select l.*, width_bucket(l.{moment}, %(days)s::timestamptz[]) as day, {class_} as class from l)
insert into reports_rollup (length, first, ledger, "grouping", key, mark, rows, total, classes)
select 'day', %(first)s::date + day - 1, %(ledger)s, "grouping", key, mark, sum(rows), coalesce(sum(total), 0),
  jsonb_object_agg(class, rows) filter (where class is not null)
from ({groups}) g group by day, "grouping", key, mark
"""
_GROUP = """
select d.day, '{name}' as "grouping", {key} as key, d.mark, {class_} as class, count(*) as rows, sum(d.amount) as total
from d group by 1, 3, 4, 5
"""
# The quarters of a day are no quarters of a month.
_MONTH = """
with days as (
  select * from reports_rollup
  where length = 'day' and first between %(first)s and %(last)s and "grouping" <> 'quarter'
), spread as (
  select ledger, "grouping", key, mark, jsonb_object_agg(class, rows) as classes from (
    select d.ledger, d."grouping", d.key, d.mark, c.key as class, sum(c.value::bigint) as rows
    from days d cross join lateral jsonb_each_text(d.classes) c group by 1, 2, 3, 4, 5
  ) counted group by 1, 2, 3, 4
)
insert into reports_rollup (length, first, ledger, "grouping", key, mark, rows, total, classes)
select 'month', %(first)s, d.ledger, d."grouping", d.key, d.mark, sum(d.rows), sum(d.total), s.classes
from days d left join spread s
  on s.ledger = d.ledger and s."grouping" = d."grouping" and s.key is not distinct from d.key and s.mark = d.mark
group by d.ledger, d."grouping", d.key, d.mark, s.classes
"""
# The moves of a ticket lie behind its creation.
_BEGIN = """
select least((select min(created_at) from tickets_ticket), (select min(created_at) from chat_session))
"""


class Busy(Exception):
    """Another process is counting."""


def count_days(*, most: int = DAYS_AT_ONCE) -> int:
    """Count so many days that are not good, the latest first; returns how many are left. Raises Busy."""
    with advisory_lock(_LOCK, Busy()), transaction.atomic(), connection.cursor() as cursor:
        # The lock came first: whoever had it before has committed what this snapshot sees.
        cursor.execute("set transaction isolation level repeatable read")
        cursor.execute("set local statement_timeout = '600s'")
        today = clock.now().astimezone(site_zone()).date()
        bad = bad_days(today)
        for period in _runs(bad[:most]):
            _count(cursor, period)
        _forget_from(today)
        for month in sorted({day.replace(day=1) for day in bad[:most]}):
            _count_month(cursor, month)
        return len(bad[most:])


def bad_days(today: datetime.date) -> list[datetime.date]:
    """Return the days before `today` that are marked or not counted by the present rules, the latest first."""
    zone = site_zone()
    marks = Mark.objects.filter(at__lt=day_start(today, zone)).values_list("at", flat=True).distinct()
    bad = {at.astimezone(zone).date() for at in marks}
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN)
        begin = cursor.fetchone()[0]
    if begin is not None:
        good = Span.objects.filter(length=Length.DAY, rules=digest()).values_list("first", flat=True)
        first = begin.astimezone(zone).date()
        bad |= {first + _DAY * number for number in range((today - first).days)} - set(good)
    return sorted(bad, reverse=True)


def forget_all() -> None:
    """Let no span be good any more: reports count rows until all are counted again."""
    Span.objects.update(rules="")


def _runs(days: Iterable[datetime.date]) -> Iterator[Period]:
    """Yield the periods that days make which follow each other."""
    first = last = None
    for day in sorted(days):
        if last is not None and day != last + _DAY:
            yield Period(first, last, site_zone())  # type: ignore[arg-type]
            first = None
        first, last = first or day, day
    if first and last:
        yield Period(first, last, site_zone())


def _count(cursor: Any, period: Period) -> None:
    """Count the days of a period from their rows."""
    Mark.objects.filter(at__gte=period.start, at__lt=period.end).delete()
    _clear(Length.DAY, period.first, period.last)
    for ledger in DAILY:
        scope = everything(CHAT_COLUMNS if ledger.of_chats else TICKET_COLUMNS, chats=ledger.of_chats)
        sql, params = over([ledger], scope, _statement(ledger))
        given = {
            "start": period.start, "end": period.end, "first": period.first, "ledger": ledger.name,
            "days": list(period.starts("day")), "classes": list(BOUNDS),
        }  # fmt: skip
        cursor.execute(sql, params | given)
    days = (period.first + _DAY * number for number in range(period.days))
    _keep_spans(Length.DAY, ((day, day) for day in days))


def _statement(ledger: Ledger) -> str:
    keys = {"": "null::bigint"} | {name: _key(ledger, name) for name in ledger.kept}
    groups = " union all ".join(
        _GROUP.format(name=name, key=key, class_="null::int" if name == QUARTER else "d.class")
        for name, key in keys.items()
    )
    class_ = CLASS if ledger.classes else "null::int"
    return _INSERT.format(moment=ledger.day, class_=class_, groups=groups)


def _key(ledger: Ledger, name: str) -> str:
    return (_QUARTER.format(moment=ledger.day) if name == QUARTER else BY[name]).replace("l.", "d.")


# The quarters of an hour that have passed since the beginning of the day, from 1.
_QUARTER = (
    "(floor(extract(epoch from l.{moment}) / 900)"
    " - floor(extract(epoch from (%(days)s::timestamptz[])[l.day]) / 900))::bigint + 1"
)


def _count_month(cursor: Any, first: datetime.date) -> None:
    """Sum up a month whose days are all good; of another nothing is kept."""
    last = (first + _DAY * 31).replace(day=1) - _DAY
    _clear(Length.MONTH, first, last)
    good = Span.objects.filter(length=Length.DAY, rules=digest(), first__gte=first, last__lte=last).count()
    if good == last.day:
        cursor.execute(_MONTH, {"first": first, "last": last})
        _keep_spans(Length.MONTH, [(first, last)])


def _forget_from(today: datetime.date) -> None:
    """Keep nothing of days that are not over, not even marks: these days are counted when they are."""
    Mark.objects.filter(at__gte=day_start(today, site_zone())).delete()
    for span in Span.objects.filter(last__gte=today):
        _clear(span.length, span.first, span.last)


def _clear(length: str, first: datetime.date, last: datetime.date) -> None:
    Rollup.objects.filter(length=length, first__range=(first, last)).delete()
    Span.objects.filter(length=length, first__range=(first, last)).delete()


def _keep_spans(length: str, spans: Iterable[tuple[datetime.date, datetime.date]]) -> None:
    now, rules = clock.now(), digest()
    Span.objects.bulk_create(
        Span(length=length, first=first, last=last, rules=rules, counted_at=now) for first, last in spans
    )
