"""The time that a report is about: whole days of a named time zone, parted into buckets of their own length.

Ranges are half-open, so that the last millisecond of a day is its own and midnight is the next day's.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from core.days import day_end, day_start

GROUPS = ("hour", "day", "week", "month")
MAX_BUCKETS = 2000
MAX_DAYS = 3660
_HOUR = datetime.timedelta(hours=1)
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """From one day to another, both included, in a time zone."""

    first: datetime.date
    last: datetime.date
    zone: ZoneInfo

    @property
    def start(self) -> datetime.datetime:
        return day_start(self.first, self.zone)

    @property
    def end(self) -> datetime.datetime:
        """The moment at which the period is over; it belongs to the next."""
        return day_end(self.last, self.zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def holds(self, day: datetime.date) -> bool:
        return self.first <= day <= self.last

    def before(self) -> Period:
        """Return the period of as many days that ends where this one begins."""
        return Period(self.first - _DAY * self.days, self.first - _DAY, self.zone)

    def starts(self, group: str) -> tuple[datetime.datetime, ...]:
        """Return where its buckets begin, in UTC; the first and the last may be parts of a week or month."""
        return starts_of(self, group)

    @property
    def hours(self) -> tuple[datetime.datetime, ...]:
        """Return when its hours begin in local time: on the nights when clocks change a day has 23 or 25."""
        return starts_of(self, "hour")


@cache
def zone_names() -> frozenset[str]:
    """Return the names of the database of time zones."""
    return frozenset(available_timezones())


def zone_named(name: str) -> ZoneInfo | None:
    """Return a time zone of the database of time zones; None for any other word."""
    return ZoneInfo(name) if name in zone_names() else None


def count_of(period: Period, group: str) -> int:
    """Return how many buckets a period has at most, without making them."""
    return {"hour": period.days * 25, "day": period.days, "week": period.days // 7 + 2}.get(
        group, period.days // 28 + 2
    )


@lru_cache(maxsize=64)
def starts_of(period: Period, group: str) -> tuple[datetime.datetime, ...]:
    """Return where the buckets of a period begin, in UTC."""
    if group == "hour":
        return tuple(_hours(period))
    begins = _BEGINS[group]
    days = (period.first + _DAY * number for number in range(period.days))
    found = (day_start(day, period.zone) for day in days if day == period.first or begins(day))
    return tuple(moment.astimezone(datetime.UTC) for moment in found)


_BEGINS: dict[str, Callable[[datetime.date], bool]] = {
    "day": lambda day: True,
    "week": lambda day: day.isoweekday() == 1,
    "month": lambda day: day.day == 1,
}


def _hours(period: Period) -> Iterator[datetime.datetime]:
    moment, end = period.start.astimezone(datetime.UTC), period.end.astimezone(datetime.UTC)
    while moment < end:
        yield moment
        after = moment + _HOUR
        # A clock that changes by half an hour comes back to whole hours at once.
        over = after.astimezone(period.zone).minute - period.start.minute
        moment = after - datetime.timedelta(minutes=over) if 0 < over < 60 else after
