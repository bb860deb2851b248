"""Business calendars: weekly hours in a time zone, less holidays; pure, in moments of UTC and seconds."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

Week = Mapping[int, Sequence["Interval"]]
"""Intervals by ISO weekday: 1 is Monday."""
Span = tuple[datetime.datetime, datetime.datetime]

DAY = 24 * 60
# How far is looked for the next open moment: over two years of holidays nobody waits.
HORIZON_DAYS = 800
# Of a calendar; each day is worked out once.
MOST_KEPT_DAYS = 5_000
_TEXT = re.compile(r"([01]?\d|2[0-4])(?::([0-5]\d))?\s*[-–—]\s*([01]?\d|2[0-4])(?::([0-5]\d))?")


@dataclass(frozen=True, order=True)
class Interval:
    """Open from `start` to `end`, in minutes of the wall clock after the midnight that its day begins with.

    Half-open. `end` beyond 24:00 lies on the next day; a length of zero is never open.
    """

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end if self.end <= DAY else self.end - DAY)}"

    @classmethod
    def read(cls, text: str) -> Interval:
        """`09:00-17:00`; `22:00-06:00` reaches into the next day; `00:00-24:00` is the whole day. ValueError."""
        found = _TEXT.fullmatch(text.strip())
        if found is None:
            raise ValueError(text)
        start, end = (int(found[n]) * 60 + int(found[n + 1] or 0) for n in (1, 3))
        if max(start, end) > DAY or start == DAY:
            raise ValueError(text)
        return cls(start, end if end >= start else end + DAY)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@dataclass(frozen=True)
class Override:
    """Other hours from one day to another, both included: those of Ramadan, a half-day before a holiday."""

    first: datetime.date
    last: datetime.date
    weekly: Week


@dataclass(frozen=True)
class Calendar:
    """When people work: intervals by ISO weekday in a named time zone.

    `weekly` counts from the beginning, each of `changes` from its day on, in order of days. An override takes the place
    of the week, the later one of two; a holiday is closed whatever else is said of it. An interval belongs to the day
    on which it begins: the night before a holiday is worked to its end.
    """

    zone: ZoneInfo
    weekly: Week
    holidays: frozenset[datetime.date] = field(default_factory=frozenset)
    overrides: Sequence[Override] = ()
    changes: Sequence[tuple[datetime.date, Week]] = ()
    _days: dict[datetime.date, list[Span]] = field(default_factory=dict, repr=False, compare=False)

    def week_of(self, day: datetime.date) -> Week:
        """Return the weekly hours that count on a day, without its holiday or override."""
        number = bisect_right([first for first, _ in self.changes], day)
        return self.changes[number - 1][1] if number else self.weekly

    def override_of(self, day: datetime.date) -> Override | None:
        """Return the override that counts on a day, the later one of two."""
        return next((each for each in reversed(self.overrides) if each.first <= day <= each.last), None)

    def week_on(self, day: datetime.date) -> Week:
        """Return the weekly hours that count on a day, those of an override included."""
        over = self.override_of(day)
        return over.weekly if over else self.week_of(day)

    def intervals_of(self, day: datetime.date) -> Sequence[Interval]:
        """Return the hours of one day in order; none on a holiday."""
        return () if day in self.holidays else sorted(self.week_on(day).get(day.isoweekday(), ()))

    def is_open(self, at: datetime.datetime) -> bool:
        """Return whether people work at this moment."""
        return any(start <= at < end for start, end in self._spans(at, days=2))

    def next_open(self, at: datetime.datetime) -> datetime.datetime | None:
        """Return the first open moment not before `at`, in UTC; None when there is none within two years."""
        return next((max(start, at) for start, end in self._spans(at) if end > at), None)

    def next_close(self, at: datetime.datetime) -> datetime.datetime | None:
        """Return the end of the hours that run at `at`, or next after it; None when there are none within two years."""
        closes: datetime.datetime | None = None
        for start, end in self._spans(at):
            if closes and start > closes:
                return closes
            closes = end if end > at else None
        return closes

    def seconds_between(self, start: datetime.datetime, end: datetime.datetime) -> float:
        """Return the open seconds from `start` to `end`; 0 when `end` is not after `start`."""
        if end <= start:
            return 0.0
        days = (end - start).days + 3
        spans = ((max(opens, start), min(closes, end)) for opens, closes in self._spans(start, days=days))
        return sum((closes - opens).total_seconds() for opens, closes in spans if closes > opens)

    def add_seconds(self, start: datetime.datetime, seconds: float) -> datetime.datetime | None:
        """Return the moment at which `seconds` open seconds have passed since `start`, which is `start` for none.

        None when that is over two years away.
        """
        left = datetime.timedelta(seconds=seconds)
        if left <= datetime.timedelta(0):
            return start
        for opens, closes in self._spans(start):
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left -= max(closes - begins, datetime.timedelta(0))
        return None

    def _spans(self, at: datetime.datetime, days: int = HORIZON_DAYS) -> Iterator[Span]:
        """Yield the open spans in UTC from the day before `at`, in order, none overlapping another."""
        first = at.astimezone(self.zone).date() - datetime.timedelta(days=2)
        reached: datetime.datetime | None = None
        for day in (first + datetime.timedelta(days=n) for n in range(days + 2)):
            for start, end in self._of_day(day):
                begins = max(start, reached) if reached else start
                if end > begins:
                    yield begins, end
                    reached = end

    def _of_day(self, day: datetime.date) -> list[Span]:
        found = self._days.get(day)
        if found is None:
            if len(self._days) > MOST_KEPT_DAYS:
                self._days.clear()
            found = [
                (moment(day, each.start, self.zone), moment(day, each.end, self.zone))
                for each in self.intervals_of(day)
            ]
            self._days[day] = found
        return found


def moment(day: datetime.date, minutes: int, zone: ZoneInfo) -> datetime.datetime:
    """Return the first moment, in UTC, at which the wall clock has come so many minutes past the midnight of `day`.

    A time that the clock shows twice counts at its first; one that it skips, when it has skipped it.
    """
    wall = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(minutes=minutes)
    found = wall.replace(tzinfo=zone).astimezone(datetime.UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(datetime.UTC), found
    while high - low > datetime.timedelta(minutes=1):
        middle = low + datetime.timedelta(minutes=(high - low) // datetime.timedelta(minutes=2))
        low, high = (low, middle) if middle.astimezone(zone).replace(tzinfo=None) >= wall else (middle, high)
    return high


class AlwaysOpen(Calendar):
    """A calendar around the clock, without a day that is unlike another: its seconds are those of the wall."""

    def seconds_between(self, start: datetime.datetime, end: datetime.datetime) -> float:
        """Return the seconds from `start` to `end`; 0 when `end` is not after `start`."""
        return max((end - start).total_seconds(), 0.0)

    def add_seconds(self, start: datetime.datetime, seconds: float) -> datetime.datetime:
        """Return the moment so many seconds after `start`, which is `start` for none."""
        return start + datetime.timedelta(seconds=max(seconds, 0.0))


def always(zone: ZoneInfo) -> Calendar:
    """Return a calendar that is open around the clock, which counts where no calendar is kept."""
    return AlwaysOpen(zone, {weekday: (Interval(0, DAY),) for weekday in range(1, 8)})
