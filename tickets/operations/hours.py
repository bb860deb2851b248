"""Changes of the working hours; open tickets follow in the background (tickets.sla.refresh)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import Invalid, NotFound, Stale
from core.operation import operation, wake_after_commit
from core.text import camel
from tickets.operations.calendar_values import CLEAN
from tickets.policies import SLA, refuse_unless
from tickets.sla.models import BusinessCalendar
from tickets.sla.refresh import REFRESH

MAX_CALENDARS = 30
NEEDED = ("name_ar", "name_en", "time_zone")


@operation
def save_calendar(
    calendar_id: int | None, *, changes: dict[str, Any], by: User, version: int | None = None
) -> BusinessCalendar:
    """Create a calendar (`calendar_id` None) or change some fields of one, each as a whole, as the model says.

    One that becomes the site's own takes that place from the one that had it. Raises NotFound, Forbidden, Stale when
    the caller saw another version, and Invalid, naming the field: an unknown time zone; hours that cannot be read, end
    where they begin or overlap; days that are missing, too many, or counted twice.
    """
    refuse_unless(by, SLA)
    rows = {row.pk: row for row in BusinessCalendar.objects.select_for_update(no_key=True).order_by("pk")}
    calendar = _found(calendar_id, rows, changes) if calendar_id else _new(rows, changes)
    if version is not None and version != calendar.version:
        raise Stale
    old = _values(calendar) if calendar_id else {}
    for name, value in changes.items():
        setattr(calendar, name, CLEAN[name](value))
    new = _values(calendar)
    differing = {name: value for name, value in new.items() if value != old.get(name)}
    if not differing:
        return calendar
    _make_room_for(calendar, rows)
    calendar.version += 1 if calendar_id else 0
    calendar.updated_at = clock.now()
    calendar.save()
    action = "CALENDAR_UPDATED" if calendar_id else "CALENDAR_CREATED"
    record(action, calendar, by=by, old={name: old[name] for name in differing if name in old}, new=differing)
    wake_after_commit(REFRESH)
    return calendar


def _found(calendar_id: int, rows: dict[int, BusinessCalendar], changes: dict[str, Any]) -> BusinessCalendar:
    if calendar_id not in rows:
        raise NotFound
    calendar = rows[calendar_id]
    if calendar.is_default and changes.get("is_default") is False:
        raise Invalid(fields={"isDefault": [_("Make other working hours the site's own instead.")]})
    return calendar


def _new(rows: dict[int, BusinessCalendar], changes: dict[str, Any]) -> BusinessCalendar:
    if len(rows) >= MAX_CALENDARS:
        raise Invalid(fields={"nameEn": [_("At most %(most)s calendars.") % {"most": MAX_CALENDARS}]})
    for name in NEEDED:
        CLEAN[name](changes.get(name, ""))
    return BusinessCalendar()


def _make_room_for(calendar: BusinessCalendar, rows: dict[int, BusinessCalendar]) -> None:
    """Take the site's own place from the calendar that has it, since only one can."""
    for other in rows.values():
        if calendar.is_default and other.is_default and other.pk != calendar.pk:
            other.is_default, other.version, other.updated_at = False, other.version + 1, clock.now()
            other.save(update_fields=["is_default", "version", "updated_at"])


def _values(calendar: BusinessCalendar) -> dict[str, Any]:
    return {camel(name): getattr(calendar, name) for name in CLEAN}
