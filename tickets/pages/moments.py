"""Show moments: how long ago, with the time itself for whoever points at it."""

from __future__ import annotations

import datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def moment(at: datetime.datetime) -> SafeString:
    """Return how long ago a time was, with the time itself in the site's zone for whoever points at it."""
    full = _written(_minute(at), "DATETIME_FORMAT", get_language())
    return format_html('<time class="when" datetime="{}" title="{}">{}</time>', at.isoformat(), full, ago(at))


def hour(at: datetime.datetime) -> SafeString:
    """Return the time of day, with the day for whoever points at it."""
    minute, language = _minute(at), get_language()
    full = _written(minute, "SHORT_DATETIME_FORMAT", language)
    written = _written(minute, "TIME_FORMAT", language)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), full, written)


def _minute(at: datetime.datetime) -> datetime.datetime:
    """Return the minute that a time falls in by the site's clock: what formats say, and no more."""
    return timezone.localtime(at).replace(second=0, microsecond=0, tzinfo=None)


@lru_cache(maxsize=10_000)
def _written(minute: datetime.datetime, form: str, language: str) -> str:
    """Return a minute as the active language, which `language` names, writes it in a format of Django's.

    Writing one takes longer than reading its row from the database, and pages show the same ones again and again.
    """
    return str(date_format(minute, form))


def ago(at: datetime.datetime) -> str:
    """Return how long ago a time was, or how long it is until then, in the largest unit."""
    now = timezone.now()
    if abs(now - at) < datetime.timedelta(minutes=1):
        return _("now")
    if at > now:
        return _("in %(time)s") % {"time": timeuntil(at, now, depth=1)}
    return _("%(time)s ago") % {"time": timesince(at, now, depth=1)}
