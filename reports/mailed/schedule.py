"""When a saved report is due, and which days it is about then; pure, in the report's own time zone."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from zoneinfo import ZoneInfo

from reports.mailed.models import Every

AT_HOUR = 7
"""Of the morning, on the clock of the report's time zone."""
_DAY = datetime.timedelta(days=1)
_FALLS_ON: dict[str, Callable[[datetime.date], bool]] = {
    Every.DAY: lambda day: True,
    Every.WEEK: lambda day: day.isoweekday() == 1,
    Every.MONTH: lambda day: day.day == 1,
}


def next_due(every: str, zone: ZoneInfo, after: datetime.datetime) -> datetime.datetime:
    """Return the first moment after `after` at which a report of every day, week or month is due, in UTC."""
    day = after.astimezone(zone).date()
    while not (_FALLS_ON[every](day) and _morning(day, zone) > after):
        day += _DAY
    return _morning(day, zone)


def _morning(day: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(AT_HOUR), zone).astimezone(datetime.UTC)


def days_of(every: str, zone: ZoneInfo, due: datetime.datetime) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of what is over by then: yesterday, last week, last month."""
    today = due.astimezone(zone).date()
    last = today - _DAY
    if every == Every.DAY:
        return last, last
    if every == Every.WEEK:
        return today - 7 * _DAY, last
    return last.replace(day=1), last
