"""Replies: what they do to the state, the first response, the guard against a thread that moved on, repeats."""

import itertools

import pytest

from tests.api import Api, data, refusal
from tests.storage import upload
from tests.tickets.acts import (
    act,
    actions,
    bodies,
    emitted,
    footprint,
    given,
    last_entry,
    moved,
    noted,
    opened,
    replied,
    row,
    seen,
    thread,
    told,
    tried,
    with_rights,
)
from tickets.models import Message


def test_a_reply_reaches_the_other_side(cast):
    ticket = opened(cast.customer)
    answer = replied(cast.agent, ticket, "\nمرحبا ")
    assert answer["author"] == {"id": str(cast.agent.pk), "type": "agent", "name": cast.agent.name}
    assert (answer["body"], answer["isInternal"], answer["ticketId"]) == ("مرحبا", False, ticket["id"])
    back = replied(cast.customer, ticket, "Thanks")
    assert "isInternal" not in back
    assert bodies(cast.customer, ticket) == bodies(cast.agent, ticket) == [ticket["description"], "مرحبا", "Thanks"]
    assert actions(ticket) == [
        "TICKET_CREATED",
        "TICKET_MESSAGE_ADDED",
        "TICKET_STATUS_CHANGED",
        "TICKET_MESSAGE_ADDED",
    ]
    assert told(ticket) == ["ticket-created", "ticket-replied", "ticket-replied"]
    assert emitted(f"ticket:{ticket['id']}") == ["ticket:message", "ticket:updated"] * 2


def test_replying_needs_the_right(cast):
    ticket = opened(cast.customer)
    before = footprint()
    error = refusal(tried(cast.manager, ticket, "messages", {"body": "x"}), 403, "forbidden")
    assert error["details"] == {"permission": "support.tickets.reply"}
    refusal(tried(cast.stranger, ticket, "messages", {"body": "x"}), 404, "not_found")
    refusal(tried(cast.stranger, {"id": "999999"}, "messages", {"body": "x"}), 404, "not_found")
    assert bodies(cast.customer, ticket) == [ticket["description"]]
    assert footprint()[1:] == before[1:]
    replied(with_rights(cast.manager, "tickets.view_all", "tickets.reply"), ticket, "y")


def test_a_refused_right_is_remembered_in_the_audit_log(cast):
    from audit.models import Entry

    ticket = opened(cast.customer)
    tried(cast.manager, ticket, "messages", {"body": "x"})
    entry = Entry.objects.select_related("detail").get(action="ACCESS_REFUSED")
    assert (entry.actor_id, entry.detail.metadata["permission"]) == (cast.manager.pk, "support.tickets.reply")


@pytest.mark.parametrize(
    ("status", "after"),
    [("open", "in_progress"), ("in_progress", "in_progress"), ("pending", "pending"), ("on_hold", "on_hold"),
     ("resolved", "resolved"), ("closed", "closed")],
)  # fmt: skip
def test_an_agents_public_reply_moves_open_alone(cast, status, after):
    ticket = opened(cast.customer)
    if status != "open":
        moved(cast.agent, ticket, status)
    replied(cast.agent, ticket)
    assert seen(cast.agent, ticket)["status"] == after


@pytest.mark.parametrize("assigned", [True, False])
@pytest.mark.parametrize(
    ("status", "after"),
    [("open", "open"), ("in_progress", "in_progress"), ("pending", None), ("on_hold", "on_hold")],
)
def test_a_customers_reply_moves_pending_alone(cast, status, after, assigned):
    ticket = opened(cast.customer)
    if assigned:
        given(cast.agent, ticket, cast.agent)
    if status != "open":
        moved(cast.agent, ticket, status)
    version = seen(cast.agent, ticket)["version"]
    replied(cast.customer, ticket)
    now = seen(cast.customer, ticket)
    assert now["status"] == (after or ("in_progress" if assigned else "open"))
    assert now["version"] == version + (1 if after is None else 0)


def test_the_cause_of_a_status_change_by_message_is_recorded(cast):
    ticket = moved(cast.agent, opened(cast.customer), "pending")
    replied(cast.customer, ticket)
    detail = last_entry(ticket, "TICKET_STATUS_CHANGED").detail
    assert (detail.old_values, detail.new_values) == ({"status": "pending"}, {"status": "open"})
    assert detail.metadata == {"cause": "message"}


def test_a_message_moves_last_message_at_and_not_the_version(cast):
    ticket = opened(cast.customer)
    message = replied(cast.customer, ticket)
    now = seen(cast.customer, ticket)
    assert now["lastMessageAt"] == message["createdAt"] > ticket["lastMessageAt"]
    assert (now["updatedAt"], now["version"]) == (ticket["updatedAt"], ticket["version"])
    assert now["messageCount"] == 2


def test_the_first_response_is_the_first_public_message_of_an_agent(cast):
    ticket = opened(cast.agent, customerId=str(cast.customer.pk))
    noted(cast.agent, ticket)
    moved(cast.agent, ticket, "in_progress")
    replied(cast.customer, ticket)
    assert seen(cast.agent, ticket)["firstResponseAt"] is None
    first = replied(cast.colleague, ticket)
    replied(cast.agent, ticket)
    assert seen(cast.agent, ticket)["firstResponseAt"] == first["createdAt"]
    assert row(ticket).first_response_by == cast.colleague


def test_a_reply_guards_against_a_thread_that_moved_on(cast):
    ticket = opened(cast.customer)
    last = thread(cast.agent, ticket)[-1]["id"]
    noted(cast.colleague, ticket, "a note moves no thread")
    missed = [replied(cast.customer, ticket, "One more thing"), replied(cast.colleague, ticket, "On it")]
    before = footprint()
    answer = {"body": "Hello", "lastSeenMessageId": last}
    error = refusal(tried(cast.agent, ticket, "messages", answer), 409, "thread_moved")
    assert [message["id"] for message in error["details"]["messages"]] == [message["id"] for message in missed]
    assert error["details"]["messages"][0]["isInternal"] is False
    theirs = refusal(tried(cast.customer, ticket, "messages", answer), 409, "thread_moved")
    assert all("isInternal" not in message for message in theirs["details"]["messages"])
    assert footprint() == before
    replied(cast.agent, ticket, "Hello", lastSeenMessageId=missed[-1]["id"])
    replied(cast.agent, ticket, "Hello all the same", lastSeenMessageId=last, force=True)
    noted(cast.agent, ticket, "notes are not guarded", lastSeenMessageId=last)


@pytest.mark.parametrize("actor", ["customer", "agent"])
def test_a_last_seen_message_that_is_none_of_this_thread_is_refused(cast, actor):
    ticket, other = opened(cast.customer), opened(cast.customer)
    closed = opened(cast.customer)
    act(cast.customer, closed, "close")
    elsewhere = thread(cast.customer, other)[-1]["id"]
    ids = ["999999999", "9223372036854775807", elsewhere]
    if actor == "customer":
        ids.append(noted(cast.agent, ticket, "a note that customers cannot have seen")["id"])
    before = footprint()
    for of, last, force in itertools.product((ticket, closed), ids, (False, True)):
        body = {"body": "Hello", "lastSeenMessageId": last, "force": force}
        error = refusal(tried(getattr(cast, actor), of, "messages", body), 400, "invalid")
        assert list(error["fields"]) == ["lastSeenMessageId"]
    assert footprint() == before


def test_a_repeat_with_the_same_client_id_answers_200_with_the_stored_message(cast):
    ticket = opened(cast.customer)
    first = replied(cast.customer, ticket, "Hello", clientMessageId="c-1")
    assert first["clientMessageId"] == "c-1"
    before = footprint()
    again = act(cast.customer, ticket, "messages", {"body": "Hello", "clientMessageId": "c-1"}, 200)
    assert again == first
    other = tried(cast.customer, ticket, "messages", {"body": "Hello again", "clientMessageId": "c-1"})
    refusal(other, 409, "idempotency_conflict")
    assert footprint() == before
    assert Message.objects.count() == 2


def test_a_client_id_is_unique_for_its_sender_and_conversation_alone(cast):
    ticket, other = opened(cast.customer), opened(cast.customer)
    made = {
        replied(cast.customer, ticket, clientMessageId="c-1")["id"],
        replied(cast.customer, other, clientMessageId="c-1")["id"],
        replied(cast.agent, ticket, clientMessageId="c-1")["id"],
        replied(cast.customer, ticket)["id"],
        replied(cast.customer, ticket)["id"],
    }
    assert len(made) == 5


def test_a_repeat_is_answered_although_the_thread_moved_on(cast):
    ticket = opened(cast.customer)
    last = thread(cast.customer, ticket)[-1]["id"]
    sent = {"body": "Hello", "clientMessageId": "c-1", "lastSeenMessageId": last}
    first = act(cast.customer, ticket, "messages", sent, 201)
    assert act(cast.customer, ticket, "messages", sent, 200) == first


def test_a_key_makes_a_repeated_message_one(cast):
    ticket = opened(cast.customer)
    client, path = Api(cast.customer), f"/tickets/{ticket['id']}/messages"
    first = data(client.post(path, {"body": "Hello"}, Idempotency_Key="m"), 201)
    assert data(client.post(path, {"body": "Hello"}, Idempotency_Key="m"), 201) == first
    assert bodies(cast.customer, ticket) == [ticket["description"], "Hello"]


def test_files_come_with_a_message(cast, storage):
    ticket = opened(cast.customer)
    [file] = upload(Api(cast.agent), "label.txt")
    message = replied(cast.agent, ticket, attachments=[file["id"]])
    assert [one["filename"] for one in message["attachments"]] == ["label.txt"]
    assert [one["filename"] for one in thread(cast.customer, ticket)[-1]["attachments"]] == ["label.txt"]
    assert seen(cast.customer, ticket)["attachments"] == []
    assert row(ticket).attachment_count == 1


def test_who_is_told_of_a_reply_is_the_other_side(cast):
    from notifications.kinds import kinds
    from notifications.models import Item

    ticket = opened(cast.customer)
    replied(cast.agent, ticket)
    replied(cast.customer, ticket)
    given(cast.agent, ticket, cast.colleague)
    replied(cast.customer, ticket)
    items = list(Item.objects.filter(kind="ticket-replied").order_by("id"))
    told_of = [set(kinds()["ticket-replied"].recipients(item)) for item in items]
    assert told_of[0] == {cast.customer}
    assert told_of[2] == {cast.colleague}
