"""A ticket that is made of a chat brings the chat's files, and each of the two names the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role, User
from chat.models import Session
from chat.operations import upkeep
from core import clock
from tests.api import Api, data
from tests.cast import Cast
from tests.chat import acts
from tests.chat_admin.desk import ChatDesk, text_of
from tests.storage import storage, upload
from tests.tickets.acts import opened
from tests.tickets_admin.desk import Desk
from tickets.models import Ticket
from uploads.models import Attachment

__all__ = ["storage"]


@pytest.fixture(autouse=True)
def _stored(storage: object) -> None:
    """Files go to this test's folder."""


def sent_files(cast: Cast) -> dict[str, str]:
    """A chat of the agent's with a file of each side, and a note's, which is nobody's but the staff's."""
    session = acts.active(cast.customer, cast.agent)
    for who, name in ((cast.customer, "bill.txt"), (cast.agent, "manual.txt")):
        [file] = upload(Api(who), name)
        if who is cast.customer:
            acts.said(who, attachments=[file["id"]])
        else:
            acts.told(who, session, attachments=[file["id"]])
    [secret] = upload(Api(cast.agent), "secret.txt")
    acts.noted(cast.agent, session, attachments=[secret["id"]])
    return session


def by_customer(cast: Cast, session: dict[str, str]) -> None:
    data(Api(cast.customer).post("/chat/my-session/ticket"), 201)


def by_agent(cast: Cast, session: dict[str, str]) -> None:
    data(Api(cast.agent).post(f"/chat/sessions/{session['id']}/ticket"), 201)


def by_back_office(cast: Cast, session: dict[str, str]) -> None:
    assert ChatDesk(cast.agent).do(int(session["id"]), "ticket").status_code == 302


def by_quick_reply(cast: Cast, session: dict[str, str]) -> None:
    for offer in acts.own_thread(cast.customer):  # nobody was there when the chat began to wait
        for reply in offer["quickReplies"]:
            if reply["action"] == "ticket":
                chosen = {"quickReply": {"messageId": offer["id"], "value": reply["value"]}}
                data(Api(cast.customer).post("/chat/my-session/messages", chosen), 201)


def by_leaving(cast: Cast, session: dict[str, str]) -> None:
    acts.said(cast.customer, "Are you there?")
    gone = clock.now() - timedelta(hours=2)
    Session.objects.filter(pk=session["id"]).update(customer_gone_at=gone, customer_asked_at=gone)
    assert upkeep.end_left(int(session["id"]), now=clock.now(), by=User.objects.service(Role.SYSTEM))


def fetched(reader: User, files: list[dict[str, str]]) -> list[tuple[int, bytes]]:
    """Return what this person gets under the links of these files."""
    found = []
    for file in files:
        answer = Api(reader).get(file["url"])
        found.append((answer.status_code, b"".join(answer.streaming_content) if answer.streaming else b""))
    return found


BOTH = [(200, b"in bill.txt"), (200, b"in manual.txt")]
DOORS = [by_customer, by_agent, by_back_office, by_quick_reply, by_leaving]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_ticket_of_a_chat_has_its_public_files_whoever_made_it(door, cast):
    session = sent_files(cast)
    door(cast, session)
    ticket = Ticket.objects.get()
    for reader in (cast.customer, cast.colleague):
        shown = data(Api(reader).get(f"/tickets/{ticket.pk}"))
        opening = data(Api(reader).get(f"/tickets/{ticket.pk}/messages"))[0]
        assert [file["filename"] for file in shown["attachments"]] == ["bill.txt", "manual.txt"]
        assert [file["id"] for file in opening["attachments"]] == [file["id"] for file in shown["attachments"]]
        assert fetched(reader, shown["attachments"]) == BOTH
    assert "bill.txt" in text_of(Desk(cast.colleague).open(ticket))


def test_a_ticket_of_a_chat_is_found_by_its_files_and_they_still_stand_in_the_chat(cast):
    session = sent_files(cast)
    by_agent(cast, session)
    plain = opened(cast.customer)
    made = str(Ticket.objects.exclude(pk=plain["id"]).get().pk)
    for wanted, found in ((True, made), (False, plain["id"])):
        search = {"hasAttachments": wanted}
        assert [row["id"] for row in data(Api(cast.agent).post("/tickets/admin/search", search))] == [found]
        mine = data(Api(cast.customer).get(f"/tickets?hasAttachments={str(wanted).lower()}"))
        assert [row["id"] for row in mine] == [found]
    files = [file for message in acts.own_thread(cast.customer) for file in message["attachments"]]
    assert [file["filename"] for file in files] == ["bill.txt", "manual.txt"]
    assert fetched(cast.customer, files) == BOTH


def test_a_reader_of_the_ticket_who_sees_no_chat_reads_its_files(cast):
    session = sent_files(cast)
    by_agent(cast, session)
    ticket = Ticket.objects.get()
    assert Api(cast.outsider).get(f"/chat/sessions/{session['id']}").status_code == 404
    assert fetched(cast.outsider, data(Api(cast.outsider).get(f"/tickets/{ticket.pk}"))["attachments"]) == BOTH
    page = text_of(Desk(cast.outsider).open(ticket))
    assert f"#{session['id']}" in page
    assert f"/admin/chat/session/{session['id']}/" not in page


def test_the_ticket_names_its_chat_and_the_chat_its_ticket(cast):
    session = sent_files(cast)
    by_agent(cast, session)
    ticket = Ticket.objects.get()
    assert data(Api(cast.agent).get(f"/tickets/{ticket.pk}"))["chatSessionId"] == session["id"]
    assert acts.seen(cast.agent, session)["ticketId"] == str(ticket.pk)
    assert f"/admin/chat/session/{session['id']}/" in text_of(Desk(cast.agent).open(ticket))
    assert f"/admin/tickets/ticket/{ticket.pk}/" in text_of(ChatDesk(cast.agent).open(int(session["id"])))
    other = opened(cast.customer)
    assert data(Api(cast.agent).get(f"/tickets/{other['id']}"))["chatSessionId"] is None
    with pytest.raises(IntegrityError, match="ticket_one_of_a_chat"), transaction.atomic():
        Ticket.objects.filter(pk=other["id"]).update(chat_session_id=session["id"])


def test_the_files_of_a_ticket_of_a_chat_cost_its_customer_no_quota_and_are_stored_once(cast, settings, storage):
    session = sent_files(cast)
    by_agent(cast, session)
    assert sum(path.is_file() for path in storage.rglob("*")) == 3
    sizes = Attachment.objects.filter(uploader=cast.customer, copy_of=None).values_list("size", flat=True)
    settings.UPLOAD_QUOTA_BYTES = sum(sizes) + len("in next.txt")
    upload(Api(cast.customer), "next.txt")
