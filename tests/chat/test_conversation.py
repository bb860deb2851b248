"""One chat from its beginning to its end."""

from __future__ import annotations

import pytest

from audit.models import Entry
from bot.words import language_of
from chat.models import ChatMessage, Session
from tests.api import Api, data, refusal
from tests.chat.acts import accepted, active, ended, own, own_thread, rule, said, started, thread, told, waiting
from tests.crosscut.mirror import stored


def test_a_chat_goes_from_the_bot_through_the_queue_to_an_agent_and_is_rated(cast):
    rule("zebra", "About zebras")
    session = started(cast.customer, "tell me of a zebra", language="en")
    assert (session["status"], session["position"], session["agent"]) == ("bot", None, None)
    asked, answer = own_thread(cast.customer)
    assert (asked["author"]["type"], answer["author"]["type"], answer["body"]) == ("customer", "bot", "About zebras")
    session = data(Api(cast.customer).post("/chat/my-session/handover"))
    assert (session["status"], session["position"]) == ("waiting", 1)
    session = accepted(cast.agent, session)
    assert (session["status"], session["agent"]["id"]) == ("active", str(cast.agent.pk))
    told(cast.agent, session, "I am here")
    said(cast.customer, "good")
    bodies = [message["body"] for message in own_thread(cast.customer) if message["author"]["type"] != "system"]
    assert bodies == ["tell me of a zebra", "About zebras", "I am here", "good"]
    session = data(Api(cast.agent).post(f"/chat/sessions/{session['id']}/end"))
    assert (session["status"], session["endedBy"]) == ("ended", "agent")
    rated = data(Api(cast.customer).post("/chat/my-session/rate", {"rating": 5, "feedback": "ممتاز"}))
    assert (rated["rating"]["rating"], rated["rating"]["feedback"]) == (5, "ممتاز")
    assert own(cast.customer) is None
    assert list(Entry.objects.filter(entity_type="chat_session").order_by("id").values_list("action", flat=True)) == [
        "CHAT_SESSION_CREATED",
        "CHAT_MESSAGE_SENT",
        "CHAT_MESSAGE_SENT",
        "CHAT_SESSION_HANDED_OVER",
        *["CHAT_MESSAGE_SENT"] * ChatMessage.objects.filter(author_type="system").count(),
        "CHAT_SESSION_ACCEPTED",
        "CHAT_MESSAGE_SENT",
        "CHAT_MESSAGE_SENT",
        "CHAT_SESSION_ENDED",
        "CHAT_SESSION_RATED",
    ]


def test_a_message_in_the_log_has_its_id_and_not_its_text(cast):
    started(cast.customer, "a secret thing")
    entry = Entry.objects.select_related("detail").filter(action="CHAT_MESSAGE_SENT").order_by("id")[0]
    message = ChatMessage.objects.order_by("pk")[0]
    assert entry.detail.new_values["messageId"] == str(message.pk)
    assert "secret" not in repr(entry.detail.__dict__)


def test_the_bot_is_called_by_its_name_in_the_chats_language(cast, settle):
    said_in = {"ar": ("ققق ووو", "المساعد الآلي"), "en": ("qqq www", "Bot")}
    for person, language in ((cast.customer, "ar"), (cast.stranger, "en")):
        text, name = said_in[language]
        session = started(person, text)
        settle()
        assert own_thread(person)[1]["author"]["name"] == name
        told = [payload for _seq, event, payload in stored(f"chat:{session['id']}") if event == "chat:message"]
        assert told[1]["author"]["name"] == name


def test_starting_again_goes_on_with_the_open_chat(cast):
    first = Api(cast.customer).post("/chat/sessions", {})
    again = Api(cast.customer).post("/chat/sessions", {"message": "hello there"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert data(first, 201)["id"] == data(again)["id"]
    assert own_thread(cast.customer)[0]["body"] == "hello there"


def test_a_customer_without_a_chat_has_none_and_may_not_write(cast):
    assert own(cast.customer) is None
    refusal(Api(cast.customer).post("/chat/my-session/messages", {"body": "x"}), 404, "not_found")
    refusal(Api(cast.customer).post("/chat/my-session/end"), 404, "not_found")
    refusal(Api(cast.customer).post("/chat/my-session/rate", {"rating": 5}), 404, "not_found")


def test_ending_twice_is_well_and_writing_after_it_is_not(cast):
    started(cast.customer)
    assert ended(cast.customer)["status"] == "ended"
    assert ended(cast.customer)["endedBy"] == "customer"
    refusal(Api(cast.customer).post("/chat/my-session/messages", {"body": "x"}), 409, "session_ended")
    assert Entry.objects.filter(action="CHAT_SESSION_ENDED").count() == 1


def test_a_chat_is_rated_once(cast):
    session = active(cast.customer, cast.agent)
    ended(cast.customer)
    data(Api(cast.customer).post("/chat/my-session/rate", {"rating": 2}))
    refusal(Api(cast.customer).post("/chat/my-session/rate", {"rating": 5}), 409, "already_rated")
    assert Session.objects.get(pk=session["id"]).rating.agent_id == cast.agent.pk


def test_a_message_sent_again_is_the_first_one(cast):
    session = active(cast.customer, cast.agent)
    body = {"body": "x", "clientMessageId": "c1"}
    first = data(Api(cast.customer).post("/chat/my-session/messages", body), 201)
    assert data(Api(cast.customer).post("/chat/my-session/messages", body)) == first
    ended(cast.customer)
    assert data(Api(cast.customer).post("/chat/my-session/messages", body)) == first
    assert [message["body"] for message in thread(cast.agent, session)].count("x") == 1


def test_the_slower_agent_is_told_who_was_faster(cast):
    session = waiting(cast.customer)
    accepted(cast.agent, session)
    error = refusal(Api(cast.colleague).post(f"/chat/sessions/{session['id']}/accept"), 409, "already_accepted")
    assert error["details"]["agent"] == {"id": str(cast.agent.pk), "name": cast.agent.name}
    assert accepted(cast.agent, session)["agent"]["id"] == str(cast.agent.pk)


def test_an_agent_who_has_enough_takes_no_more(cast, settings):
    settings.CHAT = {**settings.CHAT, "capacity": 1}
    active(cast.customer, cast.agent)
    other = waiting(cast.stranger)
    refusal(Api(cast.agent).post(f"/chat/sessions/{other['id']}/accept"), 409, "at_capacity")
    accepted(cast.colleague, other)


@pytest.mark.parametrize(
    ("account", "first", "second"),
    [("ar", "Where is my parcel", "أين طردي يا جماعة"), ("en", "أين طردي يا جماعة", "Where is my parcel")],
)
def test_bot_and_system_speak_the_language_that_the_customer_writes(account, first, second, cast):
    """Not the account's, nor the one the chat began in; a number or a photo changes nothing."""
    chosen = Api(cast.customer).patch("/auth/me", {"language": account})
    assert chosen.status_code == 200
    spoken = {"Where is my parcel": ("en", "Bot"), "أين طردي يا جماعة": ("ar", "المساعد الآلي")}
    session = started(cast.customer, first)
    assert own(cast.customer)["language"] == spoken[first][0]
    assert own_thread(cast.customer)[1]["author"]["name"] == spoken[first][1]
    accepted(cast.agent, session)
    said(cast.customer, "12345")
    assert own(cast.customer)["language"] == spoken[first][0]
    version = own(cast.customer)["version"]
    said(cast.customer, second)
    assert (own(cast.customer)["language"], own(cast.customer)["version"]) == (spoken[second][0], version + 1)
    assert own_thread(cast.customer)[1]["author"]["name"] == spoken[first][1]
    data(Api(cast.customer).post("/chat/my-session/ticket"), 201)
    system = [message for message in own_thread(cast.customer) if message["author"]["type"] == "system"]
    assert language_of(system[-1]["body"], "") == spoken[second][0]
