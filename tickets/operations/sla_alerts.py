"""Telling what came about on a ticket's SLA clock: audited and notified, each once."""

from __future__ import annotations

from typing import Any

from accounts.models import Role, User
from audit.recorder import record
from tickets import notices
from tickets.models import Ticket
from tickets.sla.recompute import Due

# By the kind of the stored event.
ACTIONS: dict[str, str] = {
    "warning": "TICKET_SLA_WARNED",
    "breach": "TICKET_SLA_BREACHED",
    "urgent_unassigned": "TICKET_URGENT_UNASSIGNED",
    "stuck": "TICKET_STUCK",
    "reminder": "TICKET_CUSTOMER_REMINDED",
}


def tell(ticket: Ticket, due: Due, by: User) -> None:
    """Audit one thing that came about, and notify those whom it concerns."""
    facts: dict[str, Any] = {"metric": due.metric, "at": due.at.isoformat()}
    if due.cycle:
        facts |= {"dueAt": due.cycle.due_at.isoformat() if due.cycle.due_at else None, "target": due.cycle.target}
    record(ACTIONS[due.kind], ticket, by=by, metadata=facts)
    notices.came_about(ticket, due.kind, due.metric, f"{due.metric}-{due.started_at.isoformat()}-{due.number}", by)


def tell_late(ticket: Ticket, due: Due) -> None:
    """Tell of a breach that came to light by its late fulfilment; nobody's act, so the system's."""
    tell(ticket, due, User.objects.service(Role.SYSTEM))
