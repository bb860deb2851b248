"""Say who may do what in a chat, and what the database itself refuses."""

from __future__ import annotations

import itertools

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role, User
from chat.models import ChatMessage, Session
from tests.api import Api, data, refusal
from tests.cast import customer
from tests.chat import acts
from tests.storage import storage, upload
from tests.tickets.acts import with_rights
from tickets.models import AuthorType, Message, Ticket

__all__ = ["storage"]


def store(session, by: User, kind: str, **more):
    """Past every operation, straight into the table."""
    with transaction.atomic():
        return ChatMessage.objects.create(session_id=session["id"], author=by, author_type=kind, body="x", **more)


def test_the_database_takes_no_word_of_the_bot_once_a_person_has_the_chat(cast):
    bot, session = User.objects.service(Role.BOT), acts.started(cast.customer)
    store(session, bot, "bot")
    acts.accepted(cast.agent, session)
    with pytest.raises(IntegrityError, match="no longer has chat"):
        store(session, bot, "bot")
    store(session, cast.agent, "agent")


def test_the_database_takes_no_word_in_a_chat_that_has_ended(cast):
    session = acts.started(cast.customer)
    acts.ended(cast.customer)
    with pytest.raises(IntegrityError, match="has ended"):
        store(session, cast.customer, "customer")


def test_the_database_takes_no_second_answer_to_one_message(cast):
    bot, session = User.objects.service(Role.BOT), acts.started(cast.customer)
    asked = store(session, cast.customer, "customer")
    store(session, bot, "bot", answers=asked)
    with pytest.raises(IntegrityError, match="chat_message_answered_once"):
        store(session, bot, "bot", answers=asked)


def test_the_database_takes_no_second_open_chat_and_no_state_that_contradicts_itself(cast):
    acts.started(cast.customer)
    wrong = [
        {},
        {"status": "active"},
        {"status": "waiting"},
        {"status": "ended"},
        {"status": "bot", "agent": cast.agent},
    ]
    for values, customer_ in zip(wrong, [cast.customer, *[cast.stranger] * 4], strict=True):
        with pytest.raises(IntegrityError), transaction.atomic():
            Session.objects.create(customer=customer_, language="ar", **values)


def test_an_agent_writes_only_in_chats_of_his_own(cast):
    session = acts.active(cast.customer, cast.agent)
    path = f"/chat/sessions/{session['id']}"
    for person in (cast.colleague, cast.lead, cast.manager):
        for rest, body in (("messages", {"body": "x"}), ("messages", {"body": "x", "isInternal": True}), ("end", {})):
            refusal(Api(person).post(f"{path}/{rest}", body), 403, "forbidden")
    refusal(Api(cast.outsider).post(f"{path}/messages", {"body": "x"}), 404, "not_found")


def test_whoever_only_accepts_sees_the_queue_and_his_own(cast):
    with_rights(cast.outsider, "chat.accept")
    waiting, other = acts.waiting(cast.customer), acts.active(cast.stranger, cast.agent)
    client = Api(cast.outsider)
    assert [row["id"] for row in data(client.get("/chat/sessions"))] == [waiting["id"]]
    refusal(client.get(f"/chat/sessions/{other['id']}"), 404, "not_found")
    refusal(client.post(f"/chat/sessions/{other['id']}/accept"), 404, "not_found")
    acts.accepted(cast.outsider, waiting)
    acts.told(cast.outsider, waiting)
    data(client.post(f"/chat/sessions/{waiting['id']}/end"))
    assert [row["id"] for row in data(client.get("/chat/sessions"))] == [waiting["id"]]


def test_a_chat_handed_to_a_colleague_is_his_and_the_note_stays_inside(cast):
    session = acts.active(cast.customer, cast.agent)
    path, to = f"/chat/sessions/{session['id']}", {"agentId": str(cast.colleague.pk), "note": "difficult"}
    moved = data(Api(cast.agent).post(f"{path}/transfer", to))
    assert (moved["status"], moved["agent"]["id"], moved["version"]) == ("active", str(cast.colleague.pk), 4)
    assert data(Api(cast.agent).post(f"{path}/transfer", to))["version"] == 4
    assert "difficult" in [message["body"] for message in acts.thread(cast.colleague, session)]
    assert "difficult" not in [message["body"] for message in acts.own_thread(cast.customer)]
    refusal(Api(cast.agent).post(f"{path}/messages", {"body": "x"}), 403, "forbidden")


def test_a_chat_given_back_is_at_the_front(cast):
    session, other = acts.active(cast.customer, cast.agent), acts.waiting(cast.stranger)
    back = data(Api(cast.agent).post(f"/chat/sessions/{session['id']}/transfer", {}))
    assert (back["status"], back["agent"], back["position"]) == ("waiting", None, 1)
    assert acts.seen(cast.agent, other)["position"] == 2


def test_a_chat_is_given_to_nobody_who_cannot_take_it(cast, settings):
    session = acts.active(cast.customer, cast.agent)
    path = f"/chat/sessions/{session['id']}/transfer"
    for person in (cast.manager, cast.outsider, cast.customer):
        error = refusal(Api(cast.agent).post(path, {"agentId": str(person.pk)}), 400, "invalid")
        assert "agentId" in error["fields"]
    settings.CHAT = {**settings.CHAT, "capacity": 1}
    acts.active(cast.stranger, cast.colleague)
    refusal(Api(cast.agent).post(path, {"agentId": str(cast.colleague.pk)}), 409, "at_capacity")
    refusal(Api(cast.manager).post(path, {}), 403, "forbidden")


def test_quick_replies_do_what_they_say_and_links_are_the_clients(cast):
    acts.rule("zebra", "About zebras", ("zebra", "reply"), ("https://example.test", "link"), ("me", "handover"))
    acts.started(cast.customer, "zebra")
    answer = acts.own_thread(cast.customer)[-1]
    own = Api(cast.customer)

    def choose(value, message=answer["id"]):
        return own.post("/chat/my-session/messages", {"quickReply": {"messageId": message, "value": value}})

    for value, message in (("https://example.test", answer["id"]), ("other", answer["id"]), ("zebra", "999999")):
        assert "quickReply" in refusal(choose(value, message), 400, "invalid")["fields"]
    refusal(own.post("/chat/my-session/messages", {}), 400, "invalid")
    data(choose("zebra"), 201)
    assert [message["body"] for message in acts.own_thread(cast.customer)][-1] == "About zebras"
    data(choose("me"), 201)
    assert acts.own(cast.customer)["status"] == "waiting"


def test_a_ticket_of_a_chat_begins_with_what_was_said_and_is_made_once(cast, storage):
    session = acts.active(cast.customer, cast.agent)
    [file] = upload(Api(cast.customer), "invoice.txt")
    acts.said(cast.customer, "here is my invoice", attachments=[file["id"]])
    acts.noted(cast.agent, session, "zzNOTEzz")
    path = f"/chat/sessions/{session['id']}/ticket"
    ticket = data(Api(cast.agent).post(path), 201)
    assert data(Api(cast.agent).post(path))["id"] == data(Api(cast.customer).post("/chat/my-session/ticket"))["id"]
    text = Message.objects.get(opens_id=ticket["id"]).body
    assert "here is my invoice" in text
    assert "invoice.txt" in text
    assert "No agent is available" not in text
    assert ticket["subject"] == "here is my invoice"
    assert "zzNOTEzz" not in text
    assert acts.own(cast.customer)["ticketId"] == ticket["id"]
    assert acts.own(cast.customer)["status"] == "active"


def test_a_ticket_of_a_chat_is_called_by_what_the_customer_wrote_and_not_by_a_quick_reply(cast):
    acts.rule("zebra", "About zebras", ("a value longer than what he wrote", "handover"))
    acts.started(cast.customer, "zebra")
    answer = acts.own_thread(cast.customer)[-1]
    chosen = {"quickReply": {"messageId": answer["id"], "value": answer["quickReplies"][0]["value"]}}
    said = data(Api(cast.customer).post("/chat/my-session/messages", chosen), 201)
    assert len(said["body"]) > len("zebra")
    ticket = data(Api(cast.customer).post("/chat/my-session/ticket"), 201)
    assert ticket["subject"] == "zebra"
    assert said["body"] in ticket["description"]


def test_a_ticket_instead_of_waiting_ends_the_chat(cast):
    acts.waiting(cast.customer)
    ticket = data(Api(cast.customer).post("/chat/my-session/ticket"), 201)
    session = acts.own(cast.customer)
    assert (session["status"], session["ticketId"]) == ("ended", ticket["id"])
    assert ticket["ticketNumber"] in acts.own_thread(cast.customer)[-1]["body"]
    opening = Message.objects.get(opens_id=ticket["id"])
    assert (opening.author_type, Ticket.objects.get(pk=ticket["id"]).created_by_id) == (
        AuthorType.CUSTOMER,
        cast.customer.pk,
    )


def test_a_file_in_a_chat_is_read_by_those_who_read_the_chat(cast, storage):
    session = acts.active(cast.customer, cast.agent)
    [file], [paper] = upload(Api(cast.customer), "a.txt"), upload(Api(cast.agent), "b.txt")
    acts.said(cast.customer, "look", attachments=[file["id"]])
    acts.noted(cast.agent, session, attachments=[paper["id"]])
    expected = {
        (file["id"], cast.customer): 200,
        (file["id"], cast.lead): 200,
        (file["id"], cast.stranger): 404,
        (file["id"], cast.outsider): 404,
        (paper["id"], cast.customer): 404,
        (paper["id"], cast.lead): 200,
    }
    for (attachment, person), status in expected.items():
        name = "a.txt" if attachment == file["id"] else "b.txt"
        response = Api(person).get(f"/files/{attachment}/{name}")
        assert response.status_code == status, (name, person)
        b"".join(response.streaming_content) if response.streaming else response.content


def test_who_writes_past_what_he_has_not_seen_is_told(cast):
    session = acts.active(cast.customer, cast.agent)
    seen = acts.own_thread(cast.customer)[-1]["id"]
    answer = acts.told(cast.agent, session, "news")
    body = {"body": "x", "lastSeenMessageId": seen}
    error = refusal(Api(cast.customer).post("/chat/my-session/messages", body), 409, "thread_moved")
    assert [message["id"] for message in error["details"]["messages"]] == [answer["id"]]
    data(Api(cast.customer).post("/chat/my-session/messages", {**body, "force": True}), 201)
    assert [message["body"] for message in acts.own_thread(cast.customer)].count("x") == 1


def test_a_last_seen_message_that_is_none_of_this_chat_is_refused(cast):
    session = acts.active(cast.customer, cast.agent)
    acts.started(cast.stranger, "hello")
    before = len(acts.own_thread(cast.customer))
    elsewhere = acts.own_thread(cast.stranger)[-1]["id"]
    doors = [(cast.customer, "/chat/my-session/messages"), (cast.agent, f"/chat/sessions/{session['id']}/messages")]
    for (person, path), last, force in itertools.product(doors, ["1", "999999999", elsewhere], [False, True]):
        body = {"body": "x", "lastSeenMessageId": last, "force": force}
        error = refusal(Api(person).post(path, body), 400, "invalid")
        assert list(error["fields"]) == ["lastSeenMessageId"]
    assert len(acts.own_thread(cast.customer)) == before


def test_a_transcript_is_queued_once_a_request_and_only_for_ones_own(cast):
    from notifications.kinds import kinds
    from notifications.models import Item

    acts.started(cast.customer, "مرحبا يا جماعة")
    data(Api(cast.customer).post("/chat/my-session/transcript", {"email": "me@example.test"}))
    refusal(Api(cast.customer).post("/chat/my-session/transcript", {"email": "nobody"}), 400, "invalid")
    refusal(Api(cast.stranger).post("/chat/my-session/transcript", {"email": "me@example.test"}), 404, "not_found")
    item = Item.objects.get(kind="chat-transcript")
    kind = kinds()["chat-transcript"]
    assert list(kind.recipients(item)) == [cast.customer]
    context = kind.context(item, cast.customer)
    assert "مرحبا يا جماعة" in context["transcript"]
    assert kind.address(item, cast.customer) == "me@example.test"


def test_a_waiting_chat_is_told_to_those_who_are_available_while_it_waits(cast):
    from notifications.kinds import kinds
    from notifications.models import Item

    User.objects.filter(pk__in=[cast.agent.pk, cast.manager.pk]).update(availability="available")
    session = acts.waiting(cast.customer)
    item, kind = Item.objects.get(kind="chat-waiting"), kinds()["chat-waiting"]
    assert list(kind.recipients(item)) == [cast.agent]
    assert kind.still_wanted(item, cast.agent)
    acts.accepted(cast.agent, session)
    assert not kind.still_wanted(Item.objects.get(pk=item.pk), cast.agent)
    accepted = Item.objects.get(kind="chat-accepted")
    assert list(kinds()["chat-accepted"].recipients(accepted)) == [cast.customer]


def test_a_new_message_is_told_to_the_other_side_until_he_has_read_it(cast):
    from notifications.kinds import kinds
    from notifications.models import Item

    session, kind = acts.active(cast.customer, cast.agent), kinds()["chat-message"]
    mine, theirs = acts.said(cast.customer), acts.told(cast.agent, session)
    by_message = {item.data["messageId"]: item for item in Item.objects.filter(kind="chat-message")}
    assert by_message.keys() == {mine["id"], theirs["id"]}
    assert list(kind.recipients(by_message[mine["id"]])) == [cast.agent]
    assert list(kind.recipients(by_message[theirs["id"]])) == [cast.customer]
    assert kind.still_wanted(by_message[theirs["id"]], cast.customer)
    data(Api(cast.customer).post("/chat/my-session/read", {"messageId": theirs["id"]}))
    assert not kind.still_wanted(by_message[theirs["id"]], cast.customer)


def test_the_list_is_narrowed_by_its_closed_filters_alone(cast):
    waiting, active = acts.waiting(cast.customer), acts.active(cast.stranger, cast.agent)
    client = Api(cast.lead)

    def found(query):
        return [row["id"] for row in data(client.get(f"/chat/sessions?{query}"))]

    assert found("") == [active["id"], waiting["id"]]
    assert found("status=waiting") == [waiting["id"]]
    assert found("status=waiting,active&sortOrder=asc") == [waiting["id"], active["id"]]
    assert found(f"agentId={cast.agent.pk}") == found(f"customerId={cast.stranger.pk}") == [active["id"]]
    assert found("agentId=none") == [waiting["id"]]
    assert found("fromDate=2020-01-01&toDate=2020-01-02") == []
    for query in ("unknown=1", "status=nothing", "sortBy=agent", "fromDate=yesterday", "agentId=1&agentId=2"):
        refusal(client.get(f"/chat/sessions?{query}"), 400, "invalid")


def test_availability_is_told_with_what_one_has(cast):
    assert data(Api(cast.agent).get("/chat/availability")) == {"status": "offline", "activeSessions": 0, "capacity": 4}
    acts.active(cast.customer, cast.agent)
    told = data(Api(cast.agent).put("/chat/availability", {"status": "available"}))
    assert told == {"status": "available", "activeSessions": 1, "capacity": 4}
    refusal(Api(cast.agent).put("/chat/availability", {"status": "asleep"}), 400, "invalid")


def test_positions_are_first_come_first_served(cast):
    people = [customer() for _ in range(3)]
    chats = [acts.waiting(person) for person in people]
    assert [acts.own(person)["position"] for person in people] == [1, 2, 3]
    acts.accepted(cast.agent, chats[1])
    assert [acts.own(person)["position"] for person in people] == [1, None, 2]
    acts.ended(people[0])
    assert acts.own(people[2])["position"] == 1
