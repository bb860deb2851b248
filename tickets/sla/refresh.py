"""Tickets computed anew after an edit of policies or calendars: in the background, in batches, past whoever writes."""

from __future__ import annotations

from dataclasses import dataclass

from core import clock
from core.operation import operation
from tickets import events
from tickets.models import Ticket
from tickets.sla.recompute import recompute, save_columns, shown_clock, store_fulfilled
from tickets.sla.rules import present_rules, rules_version
from tickets.states import DONE

BATCH = 50
"""Tickets computed in one transaction; writers to one of them wait for its end, about a tenth of a second."""
REFRESH = "tickets.refresh_sla"
"""The task that an edit of the rules wakes."""


@dataclass(frozen=True)
class Progress:
    """Hold how many open tickets there are, and how many of them are computed by older rules."""

    total: int
    left: int

    @property
    def percent(self) -> int:
        return 100 if not self.total else (self.total - self.left) * 100 // self.total


def progress() -> Progress:
    """Return how far the open tickets follow the present rules."""
    rows = Ticket.objects.exclude(status__in=[*DONE])
    return Progress(rows.count(), rows.filter(sla_rules_version__lt=rules_version()).count())


def refresh_all() -> int:
    """Compute every open ticket that follows older rules, but locked ones; return how many."""
    done = 0
    while count := refresh_batch(BATCH):
        done += count
    return done


@operation
def refresh_batch(most: int) -> int:
    """Compute some of them, in one transaction; return how many."""
    rules = present_rules()
    stale = Ticket.objects.exclude(status__in=[*DONE]).filter(sla_rules_version__lt=rules.version)
    ids = stale.order_by("sla_rules_version", "pk").select_for_update(no_key=True, skip_locked=True)
    tickets = list(Ticket.objects.complete().filter(pk__in=list(ids.values_list("pk", flat=True)[:most])))
    before = {ticket.pk: shown_clock(ticket) for ticket in tickets}
    for computed in recompute(tickets, clock.now(), rules):
        store_fulfilled(computed)  # history by now: nobody is notified
    save_columns(tickets)
    for ticket in tickets:
        if shown_clock(ticket) != before[ticket.pk]:
            events.ticket_updated(ticket, public=False)
    return len(tickets)
