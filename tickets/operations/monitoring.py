"""Define what the SLA monitor does to tickets: it tells, each thing once, and ends what nobody answers."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.operation import operation
from tickets import events
from tickets.models import SlaEvent, Ticket
from tickets.operations.conversation import add_system_message
from tickets.operations.sla_alerts import ACTIONS, tell
from tickets.operations.status import move
from tickets.operations.waking import wake
from tickets.sla.recompute import (
    CLOSE,
    DONE_BY_MONITOR,
    RESOLVE,
    WAKE,
    Computed,
    Due,
    recompute,
    save_columns,
    shown_clock,
    store,
)
from tickets.states import Status

Kind = SlaEvent.Kind


@operation
def check_due(most: int, *, by: User) -> int:
    """Look at the tickets that are due to be checked, at most so many, and tell what came about; return how many.

    Locked ones are left for later. The clock is computed again under the lock, so that whatever happened meanwhile
    counts.
    """
    now = clock.now()
    due = Ticket.objects.filter(check_at__lt=now).order_by("check_at")
    ids = list(due.select_for_update(no_key=True, skip_locked=True, of=("self",)).values_list("pk", flat=True)[:most])
    return _check(ids, now, by)


@operation
def check_one(ticket_id: int, *, by: User) -> int:
    """Look at one ticket, if it is due and not locked; return whether it was, as a number."""
    now = clock.now()
    due = Ticket.objects.filter(pk=ticket_id, check_at__lt=now)
    ids = list(due.select_for_update(no_key=True, skip_locked=True, of=("self",)).values_list("pk", flat=True))
    return _check(ids, now, by)


@operation
def put_off(ticket_id: int, seconds: int, *, by: User) -> None:
    """Look at a ticket later, because looking at it failed."""
    later = clock.now() + timedelta(seconds=seconds)
    Ticket.objects.filter(pk=ticket_id, check_at__lt=later).update(check_at=later)


def _check(ids: Sequence[int], now: datetime.datetime, by: User) -> int:
    if not ids:
        return 0
    tickets = list(Ticket.objects.complete().filter(pk__in=ids).order_by("pk"))
    before = {ticket.pk: shown_clock(ticket) for ticket in tickets}
    for computed in recompute(tickets, now):
        _tell_all(computed, now, by, before[computed.ticket.pk])
    save_columns(tickets)
    return len(ids)


def _tell_all(computed: Computed, now: datetime.datetime, by: User, before: tuple[Any, ...]) -> None:
    """Tell what came about by now; `before` is what readers hold of the clock."""
    ticket = computed.ticket
    waiting = computed.waiting()
    past = [due for due in waiting if due.at < now]
    ended = next((due for due in past if due.kind in (RESOLVE, CLOSE)), None)
    told = [due for due in past if due.kind in ACTIONS and not _is_late(due, past)]
    if any(due.kind == Kind.BREACH for due in told):
        ticket.sla_breached = True
    for due in past:
        if due.kind not in DONE_BY_MONITOR:
            store(ticket, due)
    ticket.check_at = min((due.at for due in waiting if due not in past), default=None)
    woken = any(due.kind == WAKE for due in past) and wake(ticket, by)
    for due in told:
        tell(ticket, due, by)
    if ended is not None:
        _end(ticket, ended, by)
    elif woken or told or shown_clock(ticket) != before:
        events.ticket_updated(ticket, public=False)


def _is_late(due: Due, past: Sequence[Due]) -> bool:
    """Return whether a warning is of no use any more, or a reminder has been overtaken by a later one."""
    if due.kind == Kind.WARNING:
        return any(other.kind == Kind.BREACH and other.metric == due.metric for other in past)
    if due.kind == Kind.REMINDER:
        return any(
            other.metric == due.metric and (other.number > due.number or other.kind == RESOLVE) for other in past
        )
    return False


def _end(ticket: Ticket, due: Due, by: User) -> None:
    if due.kind == CLOSE:
        move(ticket, Status.CLOSED, by)
        return
    with translation.override(ticket.customer.language):
        add_system_message(ticket, _("We have not heard from you, so we have marked this ticket as resolved."), by)
    move(ticket, Status.RESOLVED, by)
