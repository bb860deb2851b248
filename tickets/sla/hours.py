"""The site's working hours: the stored calendar, read and put into words."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from core import clock
from tickets.sla.calendar import DAY, Calendar, Interval, always
from tickets.sla.models import BusinessCalendar

log = structlog.get_logger(__name__)
_read: dict[tuple[int, datetime.datetime], Calendar] = {}
# Sunday first, as the week is told here.
WEEK = (7, 1, 2, 3, 4, 5, 6)


def current() -> Calendar:
    """The site's calendar, by one query; around the clock when none is kept."""
    row = BusinessCalendar.objects.filter(is_default=True).first()
    if row is None:
        return always(ZoneInfo(settings.TIME_ZONE))
    key = (row.pk, row.updated_at)
    if key not in _read:
        _read.clear()
        _read[key] = calendar_of(row)
    return _read[key]


def calendar_of(row: BusinessCalendar) -> Calendar:
    """A stored calendar as one that computes; what cannot be read of it is left out and logged."""
    weekly = {weekday: tuple(_intervals(row, weekday)) for weekday in range(1, 8)}
    return Calendar(_zone(row), weekly, frozenset(day for entry in row.holidays for day in _days(row, entry)))


def _zone(row: BusinessCalendar) -> ZoneInfo:
    try:
        return ZoneInfo(row.time_zone)
    except (ValueError, OSError, KeyError):
        log.warning("calendar_zone_unknown", zone=row.time_zone)
        return ZoneInfo(settings.TIME_ZONE)


def _intervals(row: BusinessCalendar, weekday: int) -> list[Interval]:
    found = []
    for text in row.weekly.get(str(weekday), []):
        try:
            found.append(Interval.read(text))
        except (ValueError, TypeError, AttributeError):
            log.warning("calendar_interval_unreadable", weekday=weekday, interval=str(text))
    return found


def _days(row: BusinessCalendar, entry: Mapping[str, Any]) -> list[datetime.date]:
    try:
        first, last = (datetime.date.fromisoformat(entry[name]) for name in ("from", "to"))
    except (ValueError, TypeError, KeyError):
        log.warning("calendar_holiday_unreadable", holiday=str(entry))
        return []
    return [first + datetime.timedelta(days=n) for n in range(min((last - first).days, 366) + 1)]


def open_now(at: datetime.datetime | None = None) -> bool:
    """Whether people work now, or at the moment given."""
    return current().is_open(at or clock.now())


def next_open(at: datetime.datetime | None = None) -> datetime.datetime | None:
    """The first working moment from now on, or from the moment given, in UTC; None when none comes within two years."""
    return current().next_open(at or clock.now())


def describe(language: str) -> str:
    """The weekly hours in words, in `ar` or `en`: `Sunday to Thursday, 9:00 AM to 5:00 PM`."""
    return in_words(current(), language)


def describe_in_both() -> tuple[str, str]:
    """The weekly hours in Arabic and in English, by one query."""
    calendar = current()
    return in_words(calendar, "ar"), in_words(calendar, "en")


def in_words(calendar: Calendar, language: str) -> str:
    """The weekly hours of a calendar in words; days with the same hours stand together."""
    with translation.override(language):
        hours = {day: _hours(calendar, day) for day in WEEK}
        parts = []
        for text, group in groupby(WEEK, key=lambda day: hours[day]):
            days = list(group)
            if text:
                parts.append(_("%(days)s, %(hours)s") % {"days": _span(days), "hours": text})
        if parts and all(hours[day] == hours[7] for day in WEEK):
            return _("every day, %(hours)s") % {"hours": hours[7]}
        return _("; ").join(parts) if parts else _("closed")


def _span(days: list[int]) -> str:
    first, last = str(WEEKDAYS[days[0] - 1]), str(WEEKDAYS[days[-1] - 1])
    if len(days) == 1:
        return first
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _hours(calendar: Calendar, weekday: int) -> str:
    intervals = [each for each in sorted(calendar.weekly.get(weekday, ())) if each.end > each.start]
    return _(" and ").join(_interval(each) for each in intervals)


def _interval(interval: Interval) -> str:
    if interval.end - interval.start >= DAY:
        return _("around the clock")
    return _("%(start)s to %(end)s") % {"start": _time(interval.start), "end": _time(interval.end)}


def _time(minutes: int) -> str:
    hour, minute = divmod(minutes % DAY, 60)
    form = _("%(time)s AM") if hour < 12 else _("%(time)s PM")
    return form % {"time": f"{hour % 12 or 12}:{minute:02}"}
