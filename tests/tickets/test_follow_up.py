"""A customer's answer to a ticket that is over opens a new one, linked to the old."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api import Api, data, refusal
from tests.storage import upload
from tests.tickets.acts import act, actions, bodies, emitted, moved, opened, replied, row, seen, thread, told, tried
from tickets.models import Ticket


def answered(by, ticket, body="It broke again", **more):
    return Api(by).post(f"/tickets/{ticket['id']}/messages", {"body": body, **more})


def test_an_answer_to_a_closed_ticket_opens_a_new_one(cast):
    old = opened(cast.customer, orderId="A-1", priority="high")
    moved(cast.agent, old, "closed")
    before = seen(cast.customer, old)
    response = answered(cast.customer, old)
    message = data(response, 201)
    new = response.json()["meta"]["openedTicket"]
    assert (message["ticketId"], message["body"]) == (new["id"], "It broke again")
    ticket = seen(cast.customer, new)
    assert (ticket["ticketNumber"], ticket["status"], ticket["version"]) == (new["ticketNumber"], "open", 1)
    assert (ticket["subject"], ticket["description"]) == (old["subject"], "It broke again")
    assert (ticket["orderId"], ticket["priority"], ticket["assignee"]) == ("A-1", "high", None)
    assert seen(cast.customer, old) == before
    assert bodies(cast.customer, old) == [old["description"]]
    link = {"ticketId": old["id"], "ticketNumber": old["ticketNumber"], "kind": "follow_up"}
    assert seen(cast.agent, new)["links"] == [link]
    assert [one["ticketId"] for one in seen(cast.agent, old)["links"]] == [new["id"]]
    assert (actions(new), told(new)) == (["TICKET_CREATED"], ["ticket-created"])
    assert emitted(f"ticket:{old['id']}")[-1] == "ticket:updated"


def test_a_repeat_finds_the_same_new_ticket(cast):
    old = moved(cast.agent, opened(cast.customer), "closed")
    first = answered(cast.customer, old, clientMessageId="c-1")
    again = answered(cast.customer, old, clientMessageId="c-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Ticket.objects.count() == 2
    answered(cast.customer, old, clientMessageId="c-2")
    assert Ticket.objects.count() == 3


def test_the_files_of_the_answer_are_the_new_tickets_and_not_the_olds(cast, storage):
    old = moved(cast.agent, opened(cast.customer), "closed")
    [file] = upload(Api(cast.customer), "again.txt")
    new = answered(cast.customer, old, attachments=[file["id"]]).json()["meta"]["openedTicket"]
    for reader in (cast.customer, cast.agent):
        assert [one["filename"] for one in seen(reader, new)["attachments"]] == ["again.txt"]
        assert seen(reader, old)["attachments"] == []
    assert (row(new).attachment_count, row(old).attachment_count) == (1, 0)


@pytest.mark.parametrize(("days", "opens"), [(6.9, False), (7.1, True)])
def test_the_window_decides_between_reopening_and_a_new_ticket(cast, days, opens):
    ticket = moved(cast.agent, opened(cast.customer), "resolved")
    Ticket.objects.filter(pk=ticket["id"]).update(resolved_at=timezone.now() - timedelta(days=days))
    response = answered(cast.customer, ticket)
    data(response, 201)
    assert ("openedTicket" in response.json().get("meta", {})) is opens
    assert seen(cast.customer, ticket)["status"] == ("resolved" if opens else "open")


def test_an_agents_answer_to_a_closed_ticket_stays_in_it(cast):
    ticket = moved(cast.agent, opened(cast.customer), "closed")
    replied(cast.agent, ticket, "One more word")
    assert bodies(cast.customer, ticket)[-1] == "One more word"
    assert (seen(cast.agent, ticket)["status"], Ticket.objects.count()) == ("closed", 1)


def test_an_answer_to_a_source_whose_target_is_over_opens_a_new_ticket_once(cast):
    target, source = opened(cast.customer), opened(cast.customer)
    act(cast.lead, target, "merge", {"sourceIds": [source["id"]]})
    moved(cast.agent, target, "closed")
    first = answered(cast.customer, source, clientMessageId="c-1")
    again = answered(cast.customer, source, clientMessageId="c-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    new = first.json()["meta"]["openedTicket"]
    assert [link["ticketId"] for link in seen(cast.agent, new)["links"]] == [target["id"]]
    assert Ticket.objects.count() == 3
    assert answered(cast.customer, target, clientMessageId="c-1").status_code == 201


def test_a_strangers_answer_opens_nothing(cast):
    ticket = moved(cast.agent, opened(cast.customer), "closed")
    refusal(tried(cast.stranger, ticket, "messages", {"body": "x"}), 404, "not_found")
    assert Ticket.objects.count() == 1


def test_undoing_a_merge_of_the_new_ticket_brings_its_opening_back(cast, storage):
    old = moved(cast.agent, opened(cast.customer), "closed")
    [file] = upload(Api(cast.customer), "again.txt")
    new = answered(cast.customer, old, attachments=[file["id"]]).json()["meta"]["openedTicket"]
    target = opened(cast.customer)
    act(cast.lead, target, "merge", {"sourceIds": [new["id"], old["id"]]})
    act(cast.lead, target, "unmerge", {"sourceId": old["id"]})
    assert bodies(cast.agent, old) == [old["description"]]
    act(cast.lead, target, "unmerge", {"sourceId": new["id"]})
    assert bodies(cast.agent, new) == ["It broke again"]
    assert [message["id"] for message in thread(cast.agent, target)] == [thread(cast.customer, target)[0]["id"]]
    assert [one["filename"] for one in seen(cast.agent, new)["attachments"]] == ["again.txt"]
