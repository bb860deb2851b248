"""Changes of the working hours; not evented: whoever asks reads them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import Invalid, NotFound, Stale
from core.operation import operation
from core.text import camel
from tickets.policies import SLA, refuse_unless
from tickets.sla.calendar import Interval
from tickets.sla.models import BusinessCalendar

FIELDS = ("name_ar", "name_en", "time_zone", "weekly", "holidays")
MAX_INTERVALS = 6
MAX_HOLIDAYS = 40
MAX_HOLIDAY_DAYS = 60
MAX_NAME = 100


@operation
def save_calendar(
    calendar_id: int, *, changes: dict[str, Any], by: User, version: int | None = None
) -> BusinessCalendar:
    """Change some of the FIELDS of a calendar, each as a whole; `weekly` and `holidays` as the model describes them.

    Raises NotFound, Forbidden, Stale when the caller saw another version, Invalid for an unknown time zone, hours that
    cannot be read, end where they begin or overlap, and for a holiday without a day or with too many.
    """
    refuse_unless(by, SLA)
    calendar = BusinessCalendar.objects.select_for_update(no_key=True).filter(pk=calendar_id).first()
    if calendar is None:
        raise NotFound
    if version is not None and version != calendar.version:
        raise Stale
    old = _values(calendar)
    for name, value in changes.items():
        setattr(calendar, name, _CLEAN[name](value) if name in _CLEAN else value)
    new = _values(calendar)
    differing = {name: value for name, value in old.items() if value != new[name]}
    if not differing:
        return calendar
    calendar.version += 1
    calendar.updated_at = clock.now()
    calendar.save(update_fields=[*FIELDS, "version", "updated_at"])
    record("CALENDAR_UPDATED", calendar, by=by, old=differing, new={name: new[name] for name in differing})
    return calendar


def _zone(name: str) -> str:
    if name not in time_zones():
        raise Invalid(fields={"timeZone": [_("This time zone is not known.")]})
    return name


@cache
def time_zones() -> frozenset[str]:
    """The named time zones of this machine."""
    return frozenset(available_timezones())


def _weekly(given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Each open day's intervals in order, written one way."""
    found = {}
    for weekday in map(str, range(1, 8)):
        intervals = sorted(_interval(weekday, text) for text in given.get(weekday, ()))
        if len(intervals) > MAX_INTERVALS:
            raise _refused(weekday, _("At most %(most)s intervals a day.") % {"most": MAX_INTERVALS})
        if any(after.start < before.end for before, after in pairwise(intervals)):
            raise _refused(weekday, _("These hours overlap."))
        if intervals:
            found[weekday] = [str(each) for each in intervals]
    return found


def _interval(weekday: str, text: str) -> Interval:
    try:
        interval = Interval.read(text)
    except ValueError:
        raise _refused(weekday, _("Write hours as 09:00-17:00, not “%(text)s”.") % {"text": text[:40]}) from None
    if interval.start == interval.end:
        raise _refused(weekday, _("These hours end when they begin: “%(text)s”.") % {"text": text[:40]})
    return interval


def _refused(weekday: str, reason: str) -> Invalid:
    return Invalid(fields={f"day{weekday}": [reason]})


def _holidays(given: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The holidays by date; one without a last day is one day long."""
    if len(given) > MAX_HOLIDAYS:
        raise Invalid(fields={"holidays": [_("At most %(most)s holidays.") % {"most": MAX_HOLIDAYS}]})
    return sorted(map(_holiday, given), key=lambda row: (row["from"], row["to"]))


def _holiday(given: Mapping[str, Any]) -> dict[str, str]:
    try:
        first = datetime.date.fromisoformat(str(given.get("from") or ""))
        last = datetime.date.fromisoformat(str(given.get("to") or first))
    except ValueError:
        raise Invalid(fields={"holidays": [_("A holiday needs the day on which it begins.")]}) from None
    if not first <= last <= first + datetime.timedelta(days=MAX_HOLIDAY_DAYS - 1):
        reason = _("A holiday ends on the day it begins or later, and lasts %(most)s days at most.")
        raise Invalid(fields={"holidays": [reason % {"most": MAX_HOLIDAY_DAYS}]})
    names = {name: str(given.get(name) or "").strip()[:MAX_NAME] for name in ("nameAr", "nameEn")}
    return {"from": first.isoformat(), "to": last.isoformat(), **names}


_CLEAN: dict[str, Callable[[Any], Any]] = {"time_zone": _zone, "weekly": _weekly, "holidays": _holidays}


def _values(calendar: BusinessCalendar) -> dict[str, Any]:
    return {camel(name): getattr(calendar, name) for name in FIELDS}
