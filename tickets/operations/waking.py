"""The end of a snooze, whatever ends it: an agent, an answer of the customer, resolving, or the monitor."""

from __future__ import annotations

from accounts.models import User
from audit.recorder import record
from tickets.models import Ticket


def wake(ticket: Ticket, by: User) -> bool:
    """Bring a locked ticket back into the lists of work; return whether it was aside. Nothing is saved yet."""
    if ticket.snoozed_until is None:
        return False
    until, ticket.snoozed_until = ticket.snoozed_until, None
    record("TICKET_SNOOZE_ENDED", ticket, by=by, old={"snoozedUntil": until}, new={"snoozedUntil": None})
    return True
