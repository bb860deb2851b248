"""The SLA monitor's round: everything that is due up to now, in batches, whoever else is at it."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from accounts.models import Role, User
from core import clock
from tickets.models import Ticket
from tickets.operations.monitoring import check_due, check_one, put_off

log = structlog.get_logger(__name__)
BATCH = 250
MOST_SECONDS = 300
LOCKED_SECONDS = 30
AGAIN_SECONDS = 1.0
FAILED_SECONDS = 3600


def run(sleep: Callable[[float], None] = time.sleep) -> int:
    """Look at tickets until none is due and unlocked; return how many.

    Ends after five minutes, or when what is left has been locked by others for 30 seconds; the next round goes on.
    """
    system = User.objects.service(Role.SYSTEM)
    started, checked, locked_since = time.monotonic(), 0, None
    while time.monotonic() - started < MOST_SECONDS:
        count = _batch(system)
        checked += count
        if count:
            locked_since = None
            continue
        if not Ticket.objects.filter(check_at__lt=clock.now()).exists():
            break
        locked_since = locked_since or time.monotonic()
        if time.monotonic() - locked_since > LOCKED_SECONDS:
            log.warning("sla_monitor_left_locked_tickets")
            break
        sleep(AGAIN_SECONDS)
    return checked


def run_one(ticket_id: int) -> int:
    """Look at one ticket, if it is due and not locked; return whether it was, as a number."""
    return check_one(ticket_id, by=User.objects.service(Role.SYSTEM))


def _batch(system: User) -> int:
    """Check some tickets in one transaction, or each in its own when one of them cannot be."""
    try:
        return check_due(BATCH, by=system)
    except Exception:
        log.exception("sla_batch_failed")
    ids = Ticket.objects.filter(check_at__lt=clock.now()).order_by("check_at").values_list("pk", flat=True)[:BATCH]
    return sum(_one(ticket_id, system) for ticket_id in list(ids))


def _one(ticket_id: int, system: User) -> int:
    try:
        return check_one(ticket_id, by=system)
    except Exception:
        log.exception("sla_ticket_failed", ticket=ticket_id)
        put_off(ticket_id, FAILED_SECONDS, by=system)
        return 1
