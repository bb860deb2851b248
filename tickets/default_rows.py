"""The working hours that an installation begins with: Sunday to Thursday, nine to five, in Riyadh."""

from __future__ import annotations

from core.default_rows import make_once
from tickets.sla.models import BusinessCalendar

WORKING_HOURS = {
    "name_ar": "ساعات العمل",
    "name_en": "Working hours",
    "time_zone": "Asia/Riyadh",
    "weekly": {str(weekday): ["09:00-17:00"] for weekday in (7, 1, 2, 3, 4)},
    "is_default": True,
}


def make_default_rows() -> None:
    """Give a new installation its working hours."""
    make_once("tickets.working_hours", lambda: BusinessCalendar.objects.create(**WORKING_HOURS))
