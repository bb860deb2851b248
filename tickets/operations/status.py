"""Where a ticket stands: changing its status, closing and reopening it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import InvalidTransition, ReopenWindowPassed
from core.operation import operation
from tickets import events, notices
from tickets.models import Ticket
from tickets.operations.base import audit_values, change, refuse_merged, refuse_stale, save
from tickets.operations.conversation import add_note, reopened, within_reopen_window
from tickets.operations.locking import locked
from tickets.operations.waking import wake
from tickets.policies import refuse_close, refuse_status
from tickets.states import DONE, Status, allowed


@operation
def change_status(ref: int | str, status: str, *, by: User, note: str = "", version: int | None = None) -> Ticket:
    """Move a ticket along the state table, as staff; `note` becomes an internal entry.

    Raises NotFound, Forbidden, Merged, Stale, or InvalidTransition with what is possible.
    """
    ticket = locked(ref, by)
    if ticket.status in DONE and status == Status.OPEN:
        refuse_status(by, Status.CLOSED)
    refuse_status(by, status)
    refuse_merged(ticket)
    refuse_stale(ticket, version, by)
    if status != ticket.status:
        move(ticket, Status(status), by)
    if note.strip():
        add_note(ticket, note, by)
    return ticket


@operation
def close(ref: int | str, *, by: User) -> Ticket:
    """Close a ticket: its customer, or staff who may close. A closed one stays as it is."""
    ticket = locked(ref, by)
    refuse_close(by, ticket)
    if ticket.status == Status.CLOSED:
        return ticket
    move(ticket, Status.CLOSED, by)
    return ticket


@operation
def reopen(ref: int | str, *, by: User) -> Ticket:
    """Open a resolved or closed ticket again.

    Its customer may while it is resolved, within the window (else ReopenWindowPassed), and not once it is closed
    (InvalidTransition); staff who may close always, but never a merged source. An open ticket stays as it is.
    """
    ticket = locked(ref, by)
    refuse_close(by, ticket)
    refuse_merged(ticket)
    if ticket.status not in DONE:
        return ticket
    if by.is_customer and ticket.status == Status.CLOSED:
        closed = _("This ticket is closed. Write an answer: it opens a new ticket that follows this one.")
        raise InvalidTransition(ticket.status, Status.OPEN, [], closed)
    if by.is_customer and not within_reopen_window(ticket, clock.now()):
        raise ReopenWindowPassed
    move(ticket, Status.OPEN, by)
    return ticket


def move(ticket: Ticket, status: Status, by: User) -> None:
    """Take a locked ticket to another status, with all that follows; raises InvalidTransition with what is possible."""
    possible = allowed(ticket.status, merged=bool(ticket.merged_into_id))
    if status not in possible:
        raise InvalidTransition(ticket.status, status, [str(step) for step in possible])
    now = clock.now()
    before, previous = ticket.status, ticket.assignee
    if ticket.status in DONE and status == Status.OPEN:
        changed = reopened(ticket, now, by)
    else:
        changed = change(ticket, by, now, status=status)
        _mark(ticket, status, now, by)
    if status in DONE:
        wake(ticket, by)
    save(ticket)
    old, new = audit_values(changed)
    record("TICKET_STATUS_CHANGED", ticket, by=by, old=old, new=new)
    if by.pk != ticket.customer_id:
        notices.status_changed(ticket, before, by)
    if "assignee_id" in changed:
        events.ticket_assigned(ticket, previous)
    events.ticket_updated(ticket)


def _mark(ticket: Ticket, status: Status, now: datetime, by: User) -> None:
    """The times of resolving and closing, and whose credit a resolution is."""
    if status in DONE and ticket.resolved_at is None and by.is_agent:
        ticket.resolved_at, ticket.resolved_by, ticket.resolved_assignee = now, by, ticket.assignee
    if status == Status.CLOSED:
        ticket.closed_at = now
