"""The parts of a business calendar, checked and written one way: time zone, weeks, overrides, holidays."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from core.errors import Invalid
from tickets.sla.calendar import Interval

MAX_INTERVALS = 6
MAX_HOLIDAYS = 40
MAX_OVERRIDES = 10
MAX_CHANGES = 20
MAX_DAYS = 60
MAX_NAME = 100


@cache
def time_zones() -> frozenset[str]:
    """Return the named time zones of this machine."""
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in time_zones():
        raise _invalid("timeZone", _("This time zone is not known."))
    return name


def _name(field: str) -> Callable[[str], str]:
    def clean(text: str) -> str:
        found = text.strip()
        if not found or len(found) > MAX_NAME:
            raise _invalid(field, _("Working hours need a name in both languages."))
        return found

    return clean


def _weekly(given: Mapping[str, Sequence[str]], field: str = "day") -> dict[str, list[str]]:
    """Return each open day's intervals in order, written one way; errors stand at `field` and the weekday."""
    found = {}
    for weekday in map(str, range(1, 8)):
        place = f"{field}{weekday}" if field == "day" else field
        intervals = sorted(_interval(place, text) for text in given.get(weekday, ()))
        if len(intervals) > MAX_INTERVALS:
            raise _invalid(place, _("At most %(most)s intervals a day.") % {"most": MAX_INTERVALS})
        if any(after.start < before.end for before, after in pairwise(intervals)):
            raise _invalid(place, _("These hours overlap."))
        if intervals:
            found[weekday] = [str(each) for each in intervals]
    return found


def _interval(place: str, text: str) -> Interval:
    try:
        interval = Interval.read(text)
    except ValueError:
        raise _invalid(place, _("Write hours as 09:00-17:00, not “%(text)s”.") % {"text": text[:40]}) from None
    if interval.start == interval.end:
        raise _invalid(place, _("These hours end when they begin: “%(text)s”.") % {"text": text[:40]})
    return interval


def _changes(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the weeks that count from a day on, by day."""
    if len(given) > MAX_CHANGES:
        raise _invalid("countsFrom", _("At most %(most)s versions.") % {"most": MAX_CHANGES})
    rows = [{"from": _date(row, "countsFrom").isoformat(), "weekly": _weekly(row["weekly"])} for row in given]
    if len({row["from"] for row in rows}) != len(rows):
        raise _invalid("countsFrom", _("Two versions count from the same day."))
    return sorted(rows, key=lambda row: str(row["from"]))


def _overrides(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the other hours by date; one without any open day is a holiday, and refused."""
    if len(given) > MAX_OVERRIDES:
        raise _invalid("overrides", _("At most %(most)s periods of other hours.") % {"most": MAX_OVERRIDES})
    rows = []
    for row in given:
        weekly = _weekly(row["weekly"], "overrides")
        if not weekly:
            raise _invalid("overrides", _("Other hours need a day that is worked; a holiday is closed."))
        rows.append({**_period(row, "overrides"), "weekly": weekly})
    rows = _by_date(rows)
    if any(after["from"] <= before["to"] for before, after in pairwise(rows)):
        raise _invalid("overrides", _("Two periods of other hours share a day."))
    return rows


def _holidays(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the holidays by date; one without a last day is one day long."""
    if len(given) > MAX_HOLIDAYS:
        raise _invalid("holidays", _("At most %(most)s holidays.") % {"most": MAX_HOLIDAYS})
    return _by_date([_period(row, "holidays") for row in given])


def _by_date(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["from"], row["to"]))


def _period(given: Mapping[str, Any], place: str) -> dict[str, Any]:
    first = _date(given, place)
    try:
        last = datetime.date.fromisoformat(str(given.get("to") or first))
    except ValueError:
        last = datetime.date.min
    if not first <= last <= first + datetime.timedelta(days=MAX_DAYS - 1):
        reason = _("The last day is the first or a later one, and at most %(most)s days are counted.")
        raise _invalid(place, reason % {"most": MAX_DAYS})
    names = {name: str(given.get(name) or "").strip()[:MAX_NAME] for name in ("nameAr", "nameEn")}
    return {"from": first.isoformat(), "to": last.isoformat(), **names}


def _date(given: Mapping[str, Any], place: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(str(given.get("from") or ""))
    except ValueError:
        raise _invalid(place, _("The day on which it begins is missing.")) from None


def _invalid(place: str, reason: str) -> Invalid:
    return Invalid(fields={place: [reason]})


CLEAN: dict[str, Callable[[Any], Any]] = {
    "name_ar": _name("nameAr"),
    "name_en": _name("nameEn"),
    "time_zone": _zone,
    "weekly": _weekly,
    "changes": _changes,
    "overrides": _overrides,
    "holidays": _holidays,
    "is_default": bool,
}
"""Map each field to the function that validates a given value; raises Invalid."""
