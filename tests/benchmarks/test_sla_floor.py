"""The floor that the SLA monitor is measured against tells of a missed promise as the monitor does."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import connection

from audit.models import Entry
from benchmarks.sla import SAME_WORK
from core import clock
from notifications.models import Item
from realtime.models import Event
from tests.cast import Cast
from tests.sla import acts as sla
from tests.tickets import acts
from tickets.models import SlaEvent, Ticket


def told(ticket: dict[str, Any]) -> Counter[object]:
    """Return what stands of the breach: stored, on the ticket, audited, notified, sent to rooms."""
    pk = ticket["id"]
    found: list[object] = [*SlaEvent.objects.filter(ticket_id=pk, kind="breach").values_list("metric", "number")]
    found += [*Ticket.objects.filter(pk=pk, sla_breached=True).values_list("sla_breached")]
    found += [*Entry.objects.filter(entity_type="ticket", entity_id=pk).values_list("action")]
    found += [*Item.objects.filter(entity_id=pk, kind="sla-breach").values_list("kind", "data__metric")]
    sent = Event.objects.filter(data__id=pk, event="ticket:updated", data__sla__breached=True)
    found += [(room.partition(":")[0], *sorted(data)) for room, data in sent.values_list("room", "data")]
    return Counter(found)


def test_sql_by_hand_writes_what_the_monitor_writes(cast: Cast, settle: Any) -> None:
    sla.policy(cast.administrator, first=60, following=None, resolution=None)
    with clock.at(clock.now() - timedelta(hours=2)):
        by_monitor = acts.opened(cast.customer)
    sla.check()
    with clock.at(clock.now() - timedelta(hours=2)):
        by_hand = acts.opened(cast.customer)
    with connection.cursor() as cursor:
        cursor.execute(SAME_WORK, {"most": 10, "hours": 1})
    settle()
    assert told(by_hand) == told(by_monitor)
    assert len(told(by_hand)) == 7
