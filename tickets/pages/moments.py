"""Show moments: how long ago, with the time itself for whoever points at it."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _


def moment(at: datetime.datetime) -> SafeString:
    """Return how long ago a time was, with the time itself in the site's zone for whoever points at it."""
    full = date_format(timezone.localtime(at), "DATETIME_FORMAT")
    return format_html('<time class="when" datetime="{}" title="{}">{}</time>', at.isoformat(), full, ago(at))


def ago(at: datetime.datetime) -> str:
    """Return how long ago a time was, or how long it is until then, in the largest unit."""
    now = timezone.now()
    if abs(now - at) < datetime.timedelta(minutes=1):
        return _("now")
    if at > now:
        return _("in %(time)s") % {"time": timeuntil(at, now, depth=1)}
    return _("%(time)s ago") % {"time": timesince(at, now, depth=1)}
