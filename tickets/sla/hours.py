"""The site's working hours: the stored calendar, read and put into words."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import clock
from tickets.sla.calendar import DAY, Calendar, Interval, Override, Week, always
from tickets.sla.models import BusinessCalendar

log = structlog.get_logger(__name__)
_read: dict[tuple[int, int, datetime.datetime], Calendar] = {}
# Sunday first, as the week is told here.
WEEK = (7, 1, 2, 3, 4, 5, 6)


def current() -> Calendar:
    """Return the site's calendar, by one query; around the clock when none is kept."""
    row = BusinessCalendar.objects.filter(is_default=True).first()
    if row is None:
        return always(ZoneInfo(settings.TIME_ZONE))
    key = (row.pk, row.version, row.updated_at)
    if key not in _read:
        _read.clear()
        _read[key] = calendar_of(row)
    return _read[key]


def calendar_of(row: BusinessCalendar) -> Calendar:
    """Return a stored calendar as one that computes; what cannot be read of it is left out and logged."""
    return Calendar(
        _zone(row),
        _week(row.weekly),
        frozenset(day for entry in row.holidays for day in _days(entry)),
        [Override(days[0], days[-1], _week(entry["weekly"])) for entry in row.overrides if (days := _days(entry))],
        [(_day(entry["from"]), _week(entry["weekly"])) for entry in sorted(row.changes, key=itemgetter("from"))],
    )


def _week(weekly: Mapping[str, Sequence[str]]) -> Week:
    return {weekday: tuple(_intervals(weekly, weekday)) for weekday in range(1, 8)}


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _zone(row: BusinessCalendar) -> ZoneInfo:
    try:
        return ZoneInfo(row.time_zone)
    except (ValueError, OSError, KeyError):
        log.warning("calendar_zone_unknown", zone=row.time_zone)
        return ZoneInfo(settings.TIME_ZONE)


def _intervals(weekly: Mapping[str, Sequence[str]], weekday: int) -> list[Interval]:
    found = []
    for text in weekly.get(str(weekday), []):
        try:
            found.append(Interval.read(text))
        except (ValueError, TypeError, AttributeError):
            log.warning("calendar_interval_unreadable", weekday=weekday, interval=str(text))
    return found


def _days(entry: Mapping[str, Any]) -> list[datetime.date]:
    """Return the days from the first to the last of a row, both included."""
    try:
        first, last = _day(entry["from"]), _day(entry["to"])
    except (ValueError, TypeError, KeyError):
        log.warning("calendar_days_unreadable", days=str(entry))
        return []
    return [first + datetime.timedelta(days=n) for n in range(min((last - first).days, 366) + 1)]


def open_now(at: datetime.datetime | None = None) -> bool:
    """Return whether people work now, or at the moment given."""
    return current().is_open(at or clock.now())


def next_open(at: datetime.datetime | None = None) -> datetime.datetime | None:
    """Return the first working moment from now, or from the moment given, in UTC; None if none comes in two years."""
    return current().next_open(at or clock.now())


def describe(language: str) -> str:
    """Return the weekly hours in words, in `ar` or `en`: `Sunday to Thursday, 9:00 AM to 5:00 PM`."""
    return in_words(current(), language)


def describe_in_both() -> tuple[str, str]:
    """Return the weekly hours in Arabic and in English, by one query."""
    calendar = current()
    return in_words(calendar, "ar"), in_words(calendar, "en")


def in_words(calendar: Calendar, language: str) -> str:
    """Return the weekly hours that count today in words; days with the same hours stand together."""
    week = calendar.week_on(clock.now().astimezone(calendar.zone).date())
    with translation.override(language):
        hours = {day: intervals_in_words(week.get(day, ())) for day in WEEK}
        parts = []
        for text, group in groupby(WEEK, key=lambda day: hours[day]):
            days = list(group)
            if text:
                parts.append(_("%(days)s, %(hours)s") % {"days": _span(days), "hours": text})
        if parts and all(hours[day] == hours[7] for day in WEEK):
            return _("every day, %(hours)s") % {"hours": hours[7]}
        return _("; ").join(parts) if parts else pgettext("day", "closed")


def _span(days: list[int]) -> str:
    first, last = str(WEEKDAYS[days[0] - 1]), str(WEEKDAYS[days[-1] - 1])
    if len(days) == 1:
        return first
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def intervals_in_words(intervals: Sequence[Interval]) -> str:
    """Return the hours of one day in words, in the present language; empty when it is closed."""
    return _(" and ").join(_interval(each) for each in sorted(intervals) if each.end > each.start)


def _interval(interval: Interval) -> str:
    if interval.end - interval.start >= DAY:
        return _("around the clock")
    return _("%(start)s to %(end)s") % {"start": _time(interval.start), "end": _time(interval.end)}


def _time(minutes: int) -> str:
    hour, minute = divmod(minutes % DAY, 60)
    form = _("%(time)s AM") if hour < 12 else _("%(time)s PM")
    return form % {"time": f"{hour % 12 or 12}:{minute:02}"}
