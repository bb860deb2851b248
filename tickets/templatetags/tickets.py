"""Small pieces of the ticket pages."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.utils.timesince import timeuntil

from core import clock
from tickets.admin.badges import PRIORITY_TONES, STATUS_TONES, moment
from tickets.admin.message_text import with_links
from tickets.models import Ticket
from tickets.states import Priority, Status

register = template.Library()
register.filter("moment", moment)
register.filter("with_links", with_links)


@register.filter
def priority_tone(priority: int) -> str:
    """Return the badge's tone for a priority."""
    return PRIORITY_TONES[priority]


@register.filter
def status_tone(status: str) -> str:
    """The badge's tone for a status."""
    return STATUS_TONES[status]


@register.filter
def status_word(status: str) -> str:
    """Return a status in the reader's language."""
    return str(Status(status).label)


@register.filter
def priority_word(priority: int) -> str:
    """Return a priority in the reader's language."""
    return str(Priority(priority).label)


@register.filter
def is_due_soon(ticket: Ticket) -> bool:
    """Return whether a promise to the customer falls due within four hours."""
    return ticket.sla_due_at is not None and ticket.sla_due_at - clock.now() < datetime.timedelta(hours=4)


@register.filter
def until(at: datetime.datetime) -> str:
    """Return how long it is until a time, in its largest unit."""
    return timeuntil(at, clock.now(), depth=1)


@register.filter
def media_of(file: dict[str, Any]) -> str:
    """Return how the page shows a file: image, audio, video, or as a link alone."""
    kind = str(file.get("contentType", "")).partition("/")[0]
    return kind if kind in {"image", "audio", "video"} and file.get("contentType") != "image/svg+xml" else "file"
