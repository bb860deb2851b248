"""From a customer's request to what people find in their mail and in the app."""

from __future__ import annotations

import pytest
from django.core import mail

from accounts.models import User
from notifications.models import Delivery
from tests.api import Api, data, refusal
from tests.notifications.acts import kinds_of, listed, mails_to, subjects, work
from tests.tickets.acts import emitted, given, opened, replied


@pytest.fixture
def ticket(cast):
    return opened(cast.customer)


def test_a_new_ticket_is_confirmed_to_its_customer_and_told_to_those_who_may_take_it(cast, ticket):
    work()
    number = ticket["ticketNumber"]
    assert subjects(cast.customer) == [f"استلمنا تذكرتك {number}"]
    for person in (cast.agent, cast.colleague, cast.lead, cast.outsider):
        User.objects.filter(pk=person.pk).update(language="en")
        assert number in subjects(person)[0]
        assert kinds_of(person) == ["ticket-created"]
    assert mails_to(cast.stranger) == mails_to(cast.manager) == []
    assert kinds_of(cast.stranger) == []


def test_nothing_is_sent_within_the_request(cast, ticket):
    assert mail.outbox == []
    assert Delivery.objects.count() == 0
    assert kinds_of(cast.customer) == []


def test_working_twice_sends_nothing_twice(cast, ticket):
    work()
    before = len(mail.outbox)
    work()
    assert len(mail.outbox) == before
    assert len(listed(cast.customer)) == 1


def test_the_app_hears_of_it_on_the_socket_in_the_readers_language(cast, ticket):
    work()
    assert emitted(f"user:{cast.customer.pk}")[-1] == "notification:created"


def test_replies_that_come_together_are_told_in_one_mail(cast, ticket):
    given(cast.agent, ticket, cast.agent)
    work()
    for words in ("First answer", "Second answer"):
        replied(cast.agent, ticket, words)
    work()
    [_created, both] = mails_to(cast.customer)
    assert "First answer" in both.body
    assert "Second answer" in both.body
    assert both.body.index("First answer") < both.body.index("Second answer")
    assert [row["body"] for row in listed(cast.customer)][:2] == ["Agent: Second answer", "Agent: First answer"]


def test_a_list_is_read_one_by_one_and_as_a_whole(cast, ticket):
    work()
    replied(cast.agent, ticket)
    work()
    client = Api(cast.customer)
    answer = client.get("/notifications?unread=true").json()
    assert answer["meta"]["unread"] == 2
    [newest, _oldest] = answer["data"]
    assert newest["data"] == {"ticketId": ticket["id"]}
    assert data(client.post(f"/notifications/{newest['id']}/read"))["readAt"]
    assert client.get("/notifications").json()["meta"]["unread"] == 1
    assert data(client.post("/notifications/read-all")) == {"read": 1}
    assert data(client.get("/notifications?unread=true")) == []


def test_nobody_reads_anothers_list(cast, ticket):
    work()
    [row] = listed(cast.customer)
    refusal(Api(cast.stranger).post(f"/notifications/{row['id']}/read"), 404, "not_found")
    assert listed(cast.customer)[0]["readAt"] is None


def test_who_may_see_a_ticket_no_more_reads_nothing_of_it_in_the_list(cast, ticket):
    work()
    body = {"agentId": str(cast.agent.pk), "teamId": str(cast.team.pk)}
    data(Api(cast.agent).post(f"/tickets/{ticket['id']}/assign", body))
    [row] = listed(cast.outsider)
    assert (row["title"], row["body"]) == ("A ticket was opened", "")


def test_the_list_is_in_the_language_that_its_reader_asks_for(cast, ticket):
    work()
    [row] = data(Api(cast.customer, language="ar").get("/notifications"))
    assert row["title"].startswith("استلمنا تذكرتك")
    [row] = data(Api(cast.customer, language="en").get("/notifications"))
    assert row["title"].startswith("We received your ticket")
