"""Putting a ticket aside until a time: it leaves the lists of work; its status and its clocks go on as they are."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import Invalid, InvalidTransition
from core.operation import operation
from tickets import events
from tickets.models import Ticket
from tickets.operations.base import refuse_merged, refuse_stale, save
from tickets.operations.locking import locked
from tickets.operations.waking import wake
from tickets.policies import UPDATE, refuse_unless

LONGEST = timedelta(days=366)


@operation
def snooze(ref: int | str, until: datetime | None, *, by: User, version: int | None = None) -> Ticket:
    """Put a ticket aside until a time, or take it back with None.

    The monitor ends it at its time; an answer of the customer and resolving end it before. Raises NotFound, Forbidden,
    Merged, Stale, InvalidTransition for a ticket that is over, or Invalid for a time that is past or beyond LONGEST.
    """
    ticket = locked(ref, by)
    refuse_unless(by, UPDATE)
    refuse_merged(ticket)
    refuse_stale(ticket, version, by)
    if until == ticket.snoozed_until:
        return ticket
    now = clock.now()
    if until is None:
        wake(ticket, by)
    else:
        _put_aside(ticket, until, now, by)
    ticket.staff_updated_at = now
    save(ticket)
    events.ticket_updated(ticket, public=False)
    return ticket


def _put_aside(ticket: Ticket, until: datetime, now: datetime, by: User) -> None:
    if ticket.is_done:
        raise InvalidTransition(ticket.status, "snoozed", [])
    if not now < until <= now + LONGEST:
        raise Invalid(fields={"until": [_("Choose a time that is to come, within a year.")]})
    before, ticket.snoozed_until = ticket.snoozed_until, until
    record("TICKET_SNOOZED", ticket, by=by, old={"snoozedUntil": before}, new={"snoozedUntil": until})
