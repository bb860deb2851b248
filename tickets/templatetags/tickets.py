"""Small pieces of the ticket pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from core.formatting import as_html
from tickets.admin.badges import PRIORITY_TONES, STATUS_TONES, was_with
from tickets.admin.message_text import for_staff
from tickets.admin.sla_badge import badge_context
from tickets.pages.moments import hour, moment
from tickets.states import Priority, Status

register = template.Library()
register.filter("moment", moment)
register.filter("hour", hour)
register.filter("was_with", was_with)
register.inclusion_tag("tickets/sla_badge.html", name="sla_badge")(badge_context)
register.filter("for_staff", for_staff)
register.filter("formatted", as_html)


@register.filter
def priority_tone(priority: int) -> str:
    """Return the badge's tone for a priority."""
    return PRIORITY_TONES[priority]


@register.filter
def status_tone(status: str) -> str:
    """The badge's tone for a status."""
    return STATUS_TONES[status]


@register.filter
def status_for_customers(status: str) -> str:
    """Return a status as customers read it, who are the ones a pending ticket waits for."""
    return _("Waiting for you") if status == Status.PENDING else str(Status(status).label)


@register.filter
def priority_word(priority: int) -> str:
    """Return a priority in the reader's language."""
    return str(Priority(priority).label)


@register.filter
def media_of(file: dict[str, Any]) -> str:
    """Return how the page shows a file: image, audio, video, or as a link alone."""
    kind = str(file.get("contentType", "")).partition("/")[0]
    return kind if kind in {"image", "audio", "video"} and file.get("contentType") != "image/svg+xml" else "file"
