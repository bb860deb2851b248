"""A photo alone is a message: through every door, and what shows messages copes with an empty text."""

from __future__ import annotations

from typing import Any

import pytest

from chat import operations as chats
from chat.models import ChatMessage
from chat.transcript import subject, transcript
from tests.api import Api, data, refusal
from tests.chat import acts as chat
from tests.chat_admin.desk import DESK, ChatDesk
from tests.storage import upload
from tests.tickets.acts import act, opened, thread, tried
from tests.tickets_admin.desk import Desk, photo, text_of
from tickets.models import Message, Ticket


@pytest.fixture(autouse=True)
def _stored(storage: Any) -> None:
    """Files go to this test's folder."""


def file_of(who: Any) -> str:
    return str(upload(Api(who), "photo.txt")[0]["id"])


@pytest.mark.parametrize("words", [{}, {"body": ""}, {"body": " \n "}])
def test_both_sides_of_a_ticket_send_a_photo_alone(words, cast):
    ticket = opened(cast.customer)
    for who in (cast.customer, cast.agent):
        sent = act(who, ticket, "messages", {**words, "attachments": [file_of(who)]}, 201)
        assert (sent["body"], [file["filename"] for file in sent["attachments"]]) == ("", ["photo.txt"])
    note = act(cast.agent, ticket, "messages", {**words, "attachments": [file_of(cast.agent)], "isInternal": True}, 201)
    assert note["isInternal"]
    assert len(thread(cast.agent, ticket)) == 4


def test_a_ticket_is_opened_with_a_photo_alone(cast):
    ticket = opened(cast.customer, description="", attachments=[file_of(cast.customer)])
    assert (ticket["description"], len(ticket["attachments"])) == ("", 1)
    text = text_of(Desk(cast.agent).open(int(ticket["id"])))
    assert "photo.txt" in text


def test_a_photo_alone_to_a_closed_ticket_opens_another(cast):
    ticket = opened(cast.customer)
    act(cast.agent, ticket, "status", {"status": "closed"})
    answer = tried(cast.customer, ticket, "messages", {"attachments": [file_of(cast.customer)]})
    other = Ticket.objects.get(number=answer.json()["meta"]["openedTicket"]["ticketNumber"])
    assert (other.subject, other.description, other.attachment_count) == (ticket["subject"], "", 1)


@pytest.mark.parametrize("words", [{}, {"body": ""}, {"body": " \n "}])
def test_both_sides_of_a_chat_send_a_photo_alone(words, cast):
    session = chat.active(cast.customer, cast.agent)
    mine = {**words, "attachments": [file_of(cast.customer)]}
    theirs = {**words, "attachments": [file_of(cast.agent)]}
    address = f"/chat/sessions/{session['id']}/messages"
    assert data(Api(cast.customer).post("/chat/my-session/messages", mine), 201)["body"] == ""
    assert data(Api(cast.agent).post(address, theirs), 201)["body"] == ""
    note = {**words, "attachments": [file_of(cast.agent)], "isInternal": True}
    assert data(Api(cast.agent).post(address, note), 201)["isInternal"]


def test_nothing_at_all_is_refused_everywhere(cast):
    ticket, session = opened(cast.customer), chat.active(cast.customer, cast.agent)
    doors = {
        f"/tickets/{ticket['id']}/messages": (cast.customer, cast.agent),
        "/chat/my-session/messages": (cast.customer,),
        f"/chat/sessions/{session['id']}/messages": (cast.agent,),
    }
    for address, people in doors.items():
        for who in people:
            for body in ({}, {"body": ""}, {"body": " \n\t"}, {"attachments": []}):
                assert "body" in refusal(Api(who).post(address, body), 400, "invalid")["fields"]
    assert "description" in refusal(Api(cast.customer).post("/tickets", {"subject": "x"}), 400, "invalid")["fields"]


def test_the_bot_passes_a_photo_on_to_a_person_and_the_ticket_of_the_chat_has_a_subject(cast):
    chat.started(cast.customer)
    data(Api(cast.customer).post("/chat/my-session/messages", {"attachments": [file_of(cast.customer)]}), 201)
    session = ChatMessage.objects.latest("pk").session
    assert chat.own(cast.customer)["status"] == "waiting"
    assert "File" in text_of(ChatDesk(cast.agent).client.get(DESK))
    assert subject(session) in {"A chat", "محادثة"}
    assert "photo.txt" in transcript(session)
    ticket, _made = chats.make_ticket(session.pk, by=cast.customer)
    assert ticket.subject == subject(session)


def test_the_back_office_sends_a_photo_alone_in_tickets_and_chats(cast):
    ticket = Ticket.objects.get(pk=opened(cast.customer)["id"])
    for kind in ("reply", "note"):
        assert Desk(cast.agent).do(ticket, kind, body="", attachments=[photo()]).status_code == 302
        last = Message.objects.complete().filter(ticket=ticket).latest("pk")
        assert (last.body, len(last.attachment_rows)) == ("", 1)
    session = chat.active(cast.customer, cast.agent)
    for kind in ("reply", "note"):
        assert ChatDesk(cast.agent).do(int(session["id"]), kind, body="", attachments=[photo()]).status_code == 302
        said = ChatMessage.objects.complete().filter(session=session["id"]).latest("pk")
        assert (said.body, len(said.attachment_rows)) == ("", 1)
    assert Desk(cast.agent).do(ticket, "reply", body=" ").status_code == 400


@pytest.mark.parametrize("door", ["tickets", "chat"])
def test_one_client_message_id_with_another_body_is_a_conflict(door, cast):
    if door == "tickets":
        address = f"/tickets/{opened(cast.customer)['id']}/messages"
    else:
        chat.active(cast.customer, cast.agent)
        address = "/chat/my-session/messages"
    client = Api(cast.customer)
    first = {"body": "one", "clientMessageId": "c-1"}
    stored = data(client.post(address, first), 201)
    assert data(client.post(address, first), 200)["id"] == stored["id"]
    for other in ({"body": "two"}, {"attachments": [file_of(cast.customer)]}, {"body": ""}):
        expected = (400, "invalid") if other == {"body": ""} else (409, "idempotency_conflict")
        refusal(client.post(address, {**first, **other}), *expected)
    named = {"clientMessageId": "c-2", "attachments": [file_of(cast.customer)]}
    photo_alone = data(client.post(address, named), 201)
    assert data(client.post(address, named), 200)["id"] == photo_alone["id"]
    refusal(client.post(address, {**named, "body": "and words"}), 409, "idempotency_conflict")


@pytest.mark.parametrize(
    "sent", ["  indented\n    more  \n\n", "\n \n  indented\n    more", "\r\n  indented\n    more\r\n"]
)
def test_the_indentation_of_a_first_line_stays(sent, cast):
    kept = "  indented\n    more"
    ticket = opened(cast.customer, description=sent)
    assert ticket["description"] == kept
    assert act(cast.agent, ticket, "messages", {"body": sent}, 201)["body"] == kept
    session = chat.active(cast.customer, cast.agent)
    assert chat.told(cast.agent, session, sent)["body"] == kept
    assert ChatDesk(cast.agent).do(int(session["id"]), "reply", body=sent).status_code == 302
    assert ChatMessage.objects.latest("pk").body == kept
