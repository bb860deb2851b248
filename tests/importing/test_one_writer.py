"""A ticket is stored alike through whichever door it comes: column by column."""

import json

import pytest
from django.core.management import call_command
from django.db import connection

from tests.tickets.acts import opened
from tickets import facts
from tickets.models import Category, Message, Ticket

pytestmark = pytest.mark.django_db
OWN = {"id", "number", "ticket_id", "first_ticket_id", "opens_id"}
"""What no two tickets share."""


@pytest.fixture
def bring(tmp_path):
    def run(**record):
        path = tmp_path / "old.jsonl"
        path.write_text(json.dumps({"id": "1", "subject": "Cracked", **record}), encoding="utf-8")
        call_command("import_tickets", str(path), verbosity=0)
        connection.check_constraints()
        return Ticket.objects.latest("id")

    return run


def columns(ticket):
    """All that is stored of a ticket and its messages, moments as seconds after the opening."""
    found = [Ticket.objects.filter(pk=ticket.pk), Message.objects.filter(ticket=ticket).order_by("pk")]
    rows = [row for rows in found for row in rows.values()]
    since = rows[0]["created_at"]
    return [
        {
            name: (value - since).total_seconds() if name.endswith(("_at", "_since")) and value else value
            for name, value in row.items()
            if name not in OWN
        }
        for row in rows
    ]


def search_text(ticket):
    with connection.cursor() as cursor:
        cursor.execute("select search_text from tickets_ticket where id = %s", [ticket.pk])
        return cursor.fetchone()[0].replace(ticket.number.lower(), "")


def test_an_imported_ticket_is_stored_as_one_opened_over_the_api(bring, cast):
    category = Category.objects.create(name_ar="شاشات", name_en="Screens")
    body = {"subject": "شاشة مكسورة", "description": "وصلت مكسورة", "priority": "high", "orderId": "A-1"}
    ours = Ticket.objects.get(pk=opened(cast.customer, **body, productId="P-2", categoryId=str(category.pk))["id"])
    theirs = bring(**body, productId="P-2", category="Screens", customerEmail=cast.customer.email)
    assert columns(theirs) == columns(ours)
    assert search_text(theirs) == search_text(ours)
    told = [[(f.field, f.old, f.new, f.by_id, f.at - t.created_at) for f in facts.of(t)] for t in (ours, theirs)]
    assert told[0] == told[1]


@pytest.mark.parametrize("status", ["pending", "on_hold"])
def test_the_clock_of_a_ticket_that_comes_paused_does_not_run(bring, cast, status):
    ticket = bring(status=status, customerEmail=cast.customer.email, createdAt="2025-02-01T10:00:00Z")
    assert (ticket.status, ticket.sla_paused, ticket.sla_due_at) == (status, True, None)


def test_what_was_said_sets_the_counts_the_times_and_whose_answer_was_first(bring, cast):
    said = [
        {"body": "note", "authorEmail": cast.lead.email, "isInternal": True, "createdAt": "2025-02-01T11:00:00Z"},
        {"body": "answer", "authorEmail": cast.colleague.email, "createdAt": "2025-02-01T12:00:00Z"},
        {"body": "thanks", "createdAt": "2025-02-01T13:00:00Z"},
        {"body": "late note", "authorEmail": cast.lead.email, "isInternal": True, "createdAt": "2025-02-01T14:00:00Z"},
    ]
    ticket = bring(
        customerEmail=cast.customer.email, agentEmail=cast.agent.email, createdAt="2025-02-01T10:00:00Z", messages=said
    )
    assert (ticket.message_count, ticket.note_count) == (3, 2)
    assert (ticket.first_response_by, ticket.first_response_at.hour) == (cast.colleague, 12)
    assert (ticket.last_message_at.hour, ticket.last_activity_at.hour, ticket.staff_updated_at.hour) == (13, 14, 14)
    assert [fact.new for fact in facts.of(ticket) if fact.field == facts.MESSAGE] == ["customer", "agent", "customer"]
