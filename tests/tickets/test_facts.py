"""Facts of tickets: what an operation wrote can be read while it runs and after it, by one statement at most."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.operation import operation_scope
from tests.tickets.acts import given, moved, noted, opened, replied, row
from tests.undone import undone
from tickets import facts
from tickets.models import AuthorType
from tickets.operations import NewMessage, NewTicket, add_message, assign, change_status, create_ticket
from tickets.states import Priority


def told(history):
    return [(fact.field, fact.old, fact.new) for fact in history]


def test_a_ticket_tells_what_it_was_opened_with_and_what_became_of_it(cast):
    ticket = opened(cast.customer, priority="high")
    given(cast.lead, ticket, cast.agent)
    replied(cast.agent, ticket)
    noted(cast.agent, ticket)
    moved(cast.agent, ticket, "pending")
    replied(cast.customer, ticket)
    history = facts.of(row(ticket))
    assert told(history) == [
        ("status", "", "open"),
        ("priority", "", str(int(Priority.HIGH))),
        ("message", "", "customer"),
        ("assignee", "", str(cast.agent.pk)),
        ("status", "open", "in_progress"),
        ("message", "", "agent"),
        ("status", "in_progress", "pending"),
        ("status", "pending", "in_progress"),
        ("message", "", "customer"),
    ]
    assert [fact.at for fact in history] == sorted(fact.at for fact in history)
    assert {history[0].at, history[2].at} == {row(ticket).created_at}
    assert [fact.by_id for fact in history[2:5]] == [cast.customer.pk, cast.lead.pk, cast.agent.pk]


def test_an_operation_reads_what_it_has_just_written(cast):
    with operation_scope():
        ticket = create_ticket(NewTicket("Cracked screen", "It came cracked."), by=cast.customer)
        assign(ticket.pk, agent_id=cast.agent.pk, by=cast.lead)
        written = add_message(ticket.pk, NewMessage("On its way."), by=cast.agent).message
        change_status(ticket.pk, "on_hold", by=cast.agent)
        within = facts.of(ticket)
    assert told(within)[-3:] == [
        ("status", "open", "in_progress"),
        ("message", "", "agent"),
        ("status", "in_progress", "on_hold"),
    ]
    assert within[-2].at == written.created_at
    assert facts.of(ticket) == within


def test_what_an_undone_operation_wrote_is_read_by_nobody(cast):
    ticket = row(opened(cast.customer))
    before = facts.of(ticket)
    with undone(operation_scope()):
        assign(ticket.pk, agent_id=cast.agent.pk, by=cast.lead)
        assert len(facts.of(ticket)) == len(before) + 1
    assert facts.of(ticket) == before


def test_many_tickets_are_read_by_one_statement(cast):
    tickets = [row(opened(cast.customer)) for _ in range(3)]
    with CaptureQueriesContext(connection) as asked:
        found = facts.of_many(tickets)
        assert facts.of_many([]) == {}
    assert len(asked) == 1
    assert {pk: told(history)[0] for pk, history in found.items()} == dict.fromkeys(
        [ticket.pk for ticket in tickets], ("status", "", "open")
    )


def test_an_author_writes_as_the_kind_of_person_they_are(cast):
    assert AuthorType.of(cast.customer) == "customer"
    assert AuthorType.of(cast.lead) == "agent"
