"""Days as people mean them: from midnight to midnight in a named time zone."""

import datetime
import re
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WRONG_DAY = _("Give a day that exists, written as 2026-03-01.")


def as_day(text: str) -> datetime.date | None:
    """Return a day written as `2026-03-01`, and in no other way; None for anything else."""
    try:
        return datetime.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def site_zone() -> ZoneInfo:
    """The site's own time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def day_start(day: datetime.date, zone: ZoneInfo | None = None) -> datetime.datetime:
    """The midnight at which a day begins in `zone` (the site's by default)."""
    return datetime.datetime.combine(day, datetime.time(), zone or site_zone())


def day_end(day: datetime.date, zone: ZoneInfo | None = None) -> datetime.datetime:
    """The midnight at which the day after begins: ranges are half-open; the calendar's last day has no end."""
    if day == datetime.date.max:
        return datetime.datetime.max.replace(tzinfo=datetime.UTC)
    return day_start(day + datetime.timedelta(days=1), zone)
