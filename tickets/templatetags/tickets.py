"""Small pieces of the ticket pages."""

from __future__ import annotations

from typing import Any

from django import template

from tickets.admin.badges import STATUS_TONES, moment
from tickets.admin.filters import QuickView
from tickets.admin.sla_badge import badge_context
from tickets.states import Priority, Status

register = template.Library()
register.filter("moment", moment)
register.inclusion_tag("tickets/sla_badge.html", name="sla_badge")(badge_context)


@register.filter
def quick_views(changelist: Any) -> list[Any]:
    """The tabs above the list, as links that keep the other filters."""
    specs = [spec for spec in changelist.filter_specs if isinstance(spec, QuickView)]
    return [choice for spec in specs for choice in spec.choices(changelist)]


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
