"""Show a ticket's service level in the list: what is left, what was missed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from core import clock
from tickets.models import Ticket
from tickets.sla.words import duration
from tickets.states import DONE


@dataclass(frozen=True)
class SlaBadge:
    """Hold what the list shows of a ticket's clock.

    `is_missed` tells of an earlier promise, `due_at` is the next one to fall due while its clock runs, `warns_at` when
    that one turns yellow, and `text` says the same as of now.
    """

    is_missed: bool
    is_paused: bool
    due_at: datetime.datetime | None
    warns_at: datetime.datetime | None
    text: str
    tone: str


def sla_badge(ticket: Ticket) -> SlaBadge | None:
    """Return what the list shows of a ticket's clock, by no query; None when nothing is promised or to be said."""
    is_done = ticket.status in DONE
    due_at = None if is_done else ticket.sla_due_at
    left = due_at - clock.now() if due_at else None
    text, tone = _words(ticket, left, is_done)
    if not text and not ticket.sla_breached:
        return None
    is_late = left is not None and left < timedelta(0)  # says of itself that something was missed
    is_missed, is_paused = ticket.sla_breached and not is_late, ticket.sla_paused and not is_done
    return SlaBadge(is_missed, is_paused, due_at, ticket.sla_warning_at, text, tone)


def _words(ticket: Ticket, left: timedelta | None, is_done: bool) -> tuple[str, str]:
    if left is not None:
        seconds = left.total_seconds()
        if seconds < 0:
            return _("%(time)s late") % {"time": duration(-seconds, units=1)}, "bad"
        warns = ticket.sla_warning_at is not None and ticket.sla_warning_at <= clock.now()
        return _("%(time)s left") % {"time": duration(seconds, units=1)}, "warn" if warns else "info"
    if not is_done and ticket.sla_paused and ticket.sla_remaining_seconds is not None:
        return _("%(time)s left") % {"time": duration(ticket.sla_remaining_seconds, units=1)}, ""
    return "", ""


def badge_context(ticket: Ticket) -> dict[str, Any]:
    """Return the context of `tickets/sla_badge.html`."""
    return {"sla": sla_badge(ticket), "left": _("%(time)s left"), "late": _("%(time)s late")}
