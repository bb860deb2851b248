"""Define what was promised for tickets of another system: judged by their history, told to nobody."""

from __future__ import annotations

import json

from django.core.management import call_command

from audit.models import Entry
from notifications.models import Item
from tests.sla.acts import at, check, kinds, moment, policy
from tickets.models import Ticket


def _record(number, **more):
    return {
        "id": f"OLD-{number}",
        "subject": f"Old {number}",
        "description": "Cracked",
        "customerEmail": "huda@old.example",
        "customerName": "Huda",
        "createdAt": moment().isoformat(),
        **more,
    }


def test_imported_tickets_are_judged_by_their_history_and_nobody_is_told_of_what_is_past(cast, tmp_path):
    policy(cast.administrator, first=60, following=None, resolution=480)
    late = {"body": "Sorry", "authorEmail": cast.agent.email, "createdAt": moment(5).isoformat()}
    resolved = moment(6).isoformat()
    records = [_record(1, status="resolved", resolvedAt=resolved, agentEmail=cast.agent.email, messages=[late])]
    records += [_record(2, agentEmail=cast.agent.email)]
    file = tmp_path / "old.jsonl"
    file.write_text("\n".join(map(json.dumps, records)))
    with at(7):
        call_command("import_tickets", str(file), verbosity=0)
        check()
    done, waiting = Ticket.objects.order_by("pk")
    assert set(kinds(done)) == {("first_response", "breach"), ("resolution", "met")}
    assert ("first_response", "breach") in kinds(waiting)
    assert (waiting.sla_breached, waiting.resolution_due_at) == (True, moment(8))
    assert not Item.objects.filter(kind__startswith="sla").exists()
    assert not Entry.objects.filter(action__startswith="TICKET_SLA").exists()
    with at(8.5):
        check()
    assert ("resolution", "breach") in kinds(waiting)
    assert [row.entity_id for row in Item.objects.filter(kind="sla-breach")] == [str(waiting.pk)]
