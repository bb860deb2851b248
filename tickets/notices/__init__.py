"""Define what tickets give occasion to tell: one function an occasion, called by the operation that gives it."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User
from core import clock
from notifications.outbox import notify
from tickets.models import Message, Ticket
from tickets.notices.kinds import KINDS

__all__ = [
    "KINDS",
    "assigned",
    "came_about",
    "escalated",
    "left_behind",
    "mentioned",
    "replied",
    "status_changed",
    "ticket_created",
]


def ticket_created(ticket: Ticket, by: User) -> None:
    notify("ticket-created", ticket, occasion="created", by=by)


def status_changed(ticket: Ticket, old: str, by: User) -> None:
    """Tell of a status change, or in its place of a resolution."""
    kind = "ticket-resolved" if ticket.status == "resolved" else "ticket-status-changed"
    data = {"from": old, "to": ticket.status}
    notify(kind, ticket, occasion=f"v{ticket.version}", by=by, data=data)


def replied(ticket: Ticket, message: Message, by: User) -> None:
    to = "customer" if message.author_type == "agent" else "staff"
    data = {"messageId": str(message.pk), "to": to}
    notify("ticket-replied", ticket, occasion=f"message-{message.pk}", by=by, data=data)


def assigned(ticket: Ticket, by: User) -> None:
    notify("ticket-assigned", ticket, occasion=f"v{ticket.version}", by=by, data={"agentId": ticket.assignee_id})


def escalated(ticket: Ticket, note: Message, by: User) -> None:
    """Tell of an escalation, whose reason stands in a note."""
    data = {"level": ticket.escalation_level, "messageId": str(note.pk)}
    notify("ticket-escalated", ticket, occasion=f"level-{ticket.escalation_level}", by=by, data=data)


def mentioned(ticket: Ticket, message: Message, user_ids: list[int], by: User) -> None:
    data = {"messageId": str(message.pk), "userIds": user_ids}
    notify("ticket-mentioned", ticket, occasion=f"message-{message.pk}", by=by, data=data)


def left_behind(agent: User, tickets: Sequence[Ticket], by: User) -> None:
    """Tell of tickets that this agent can answer no more; each ticket is told once until somebody has it."""
    ids = [ticket.pk for ticket in tickets]
    occasion = f"{ids[0]}-v{tickets[0].version}-{clock.now():%Y%m%d%H%M%S%f}"
    notify("tickets-left-behind", agent, occasion=occasion, by=by, data={"ticketIds": ids})


_OF_MONITOR = {
    "warning": "sla-warning",
    "breach": "sla-breach",
    "urgent_unassigned": "ticket-urgent-unassigned",
    "stuck": "ticket-stuck",
    "reminder": "ticket-reminder",
}


def came_about(ticket: Ticket, kind: str, metric: str, occasion: str, by: User) -> None:
    """Tell what the SLA monitor found, by the kind of its stored event."""
    notify(_OF_MONITOR[kind], ticket, occasion=f"{kind}-{occasion}", by=by, data={"metric": metric})
