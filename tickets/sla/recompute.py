"""The SLA clock of a ticket."""

from tickets.models import Ticket
from tickets.states import PAUSED


def recompute_sla(ticket: Ticket) -> None:
    """Set the SLA columns from the ticket's history; every operation that may move them calls this before it saves.

    Without a policy there is nothing due; the clock's pause is the state's.
    """
    ticket.sla_paused = ticket.status in PAUSED
    due = (ticket.first_response_due_at, ticket.next_response_due_at, ticket.resolution_due_at)
    ticket.sla_due_at = min((moment for moment in due if moment), default=None)
