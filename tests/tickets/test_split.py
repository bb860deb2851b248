"""Splitting an answer off into a ticket of its own."""

from __future__ import annotations

from tests.api import Api, refusal
from tests.storage import upload
from tests.tickets.acts import act, actions, bodies, moved, noted, opened, replied, row, seen, tried
from tests.tickets_admin.desk import Desk, words_of
from tickets.models import Ticket


def test_an_answer_opens_a_ticket_of_its_own_with_its_words_files_and_author(cast, storage):
    ticket = opened(cast.customer, orderId="SA-1")
    [file] = upload(Api(cast.customer), "photo.txt")
    answer = replied(cast.customer, ticket, "And the charger is broken, too.", attachments=[file["id"]])
    made = act(cast.agent, ticket, "split", {"messageId": answer["id"], "subject": "Charger"}, 201)
    assert (made["subject"], made["orderId"], made["customer"]["id"]) == ("Charger", "SA-1", str(cast.customer.pk))
    assert [found["filename"] for found in made["attachments"]] == ["photo.txt"]
    assert bodies(cast.customer, made) == ["And the charger is broken, too."]
    assert bodies(cast.customer, ticket)[-1] == "And the charger is broken, too."
    assert [link["ticketId"] for link in seen(cast.agent, ticket)["links"]] == [made["id"]]
    assert row(made).customer_waits_since == row(made).created_at
    assert actions(made) == ["TICKET_CREATED", "TICKET_UPDATED"]


def test_only_an_answer_of_the_customer_in_this_ticket_is_split_off(cast):
    ticket, other = opened(cast.customer), opened(cast.customer)
    note, reply = noted(cast.agent, ticket), replied(cast.agent, ticket)
    elsewhere = replied(cast.customer, other)
    opening = act_messages(cast, ticket)[0]["id"]
    count = Ticket.objects.count()
    for message in (note["id"], reply["id"], elsewhere["id"], opening, "99999999"):
        refused = refusal(tried(cast.agent, ticket, "split", {"messageId": message, "subject": "x"}), 400, "invalid")
        assert "messageId" in refused["fields"]
    assert Ticket.objects.count() == count


def act_messages(cast, ticket):
    return Api(cast.agent).get(f"/tickets/{ticket['id']}/messages").json()["data"]


def test_the_page_opens_the_new_ticket_once_and_stands_there(cast):
    ticket = opened(cast.customer)
    answer = replied(cast.customer, ticket, "One more thing")
    desk, typed = Desk(cast.agent), {"message_id": answer["id"], "subject": "One more", "key": "k"}
    done = desk.post(row(ticket), "split", **typed)
    made = Ticket.objects.get(subject="One more")
    assert done["Location"].endswith(f"/{made.pk}/change/")
    assert desk.post(row(ticket), "split", **typed)["Location"] == done["Location"]
    assert Ticket.objects.filter(subject="One more").count() == 1
    refused = desk.post(row(ticket), "split", message_id=answer["id"], subject="", key="l")
    assert refused.status_code == 400
    assert "This field is required." in words_of(refused)


def test_a_ticket_that_is_over_still_gives_off_an_answer(cast):
    ticket = opened(cast.customer)
    answer = replied(cast.customer, ticket)
    moved(cast.agent, ticket, "closed")
    made = act(cast.agent, ticket, "split", {"messageId": answer["id"], "subject": "Anew"}, 201)
    assert made["status"] == "open"
