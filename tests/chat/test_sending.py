"""Writing in a chat over the socket: the same as by REST, many at once, each once."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.models import TokenFamily, User
from audit.models import Entry
from bot.models import Rule
from chat.models import ChatMessage
from chat.operations import NewChatMessage, Post, post_together
from chat.sockets import SendMessage
from core.rates import spend_each
from core.request_context import Origin
from notifications.models import Item
from realtime.action_dispatch import _Alone, _perform, _Question
from realtime.registry import authenticator
from tests.api import Api, data
from tests.cast import customer
from tests.chat import acts
from tests.realtime.client import Client, token_of
from tests.storage import storage, upload

__all__ = ["storage"]
pytestmark = pytest.mark.slow
CAME = Origin("socket", "192.0.2.7", "")


def sending(session, body, name="m1", **more):
    return {"sessionId": session["id"], "body": body, "clientMessageId": name, **more}


def there(client):
    client.event("ready")
    return client


def test_what_is_sent_over_the_socket_is_what_rest_shows(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with Client(web, token_of(cast.customer)) as phone, Client(web, token_of(cast.agent)) as desk:
        there(phone).done("joinChat", session["id"])
        there(desk).done("joinChat", session["id"])
        mine = phone.done("sendMessage", sending(session, "أهلا <b>"))
        theirs = desk.done("sendMessage", sending(session, "hello", "d1"))
        note = desk.done("sendMessage", sending(session, "zzNOTEzz", "d2", isInternal=True))
        assert mine["repeated"] is theirs["repeated"] is False
        shown = acts.thread(cast.agent, session)
        assert [shown[-3]["body"], shown[-2], shown[-1]] == ["أهلا <b>", theirs["message"], note["message"]]
        assert acts.own_thread(cast.customer)[-2] == mine["message"]
        phone.wait(lambda frame: frame.get("data") and frame["data"].get("body") == "hello")
        desk.wait(lambda frame: frame["event"] == "chat:message" and frame["data"]["body"] == "zzNOTEzz")
        assert not any("zzNOTEzz" in str(frame) or "isInternal" in str(frame) for frame in phone.frames)
    entries = Entry.objects.filter(action="CHAT_MESSAGE_SENT", entity_id=session["id"]).order_by("-pk")[:3]
    assert [entry.actor_id for entry in entries] == [cast.agent.pk, cast.agent.pk, cast.customer.pk]
    assert all(entry.detail.ip_address == "127.0.0.1" for entry in entries)
    assert Item.objects.filter(kind="chat-message", entity_id=session["id"]).count() == 2


def test_a_message_that_is_sent_again_is_stored_once_and_answered_alike(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with Client(web, token_of(cast.customer)) as phone, Client(web, token_of(cast.customer)) as tablet:
        first = there(phone).done("sendMessage", sending(session, "once"))
        again = there(tablet).done("sendMessage", sending(session, "once"))
        assert again == {**first, "repeated": True}
        data(Api(cast.customer).post("/chat/my-session/messages", {"body": "once", "clientMessageId": "m1"}), 200)
        assert phone.refused("sendMessage", sending(session, "other words")) == "idempotency_conflict"
    assert ChatMessage.objects.filter(session_id=session["id"], body="once").count() == 1


def test_a_photo_alone_is_sent_over_the_socket(committed_cast, web, storage):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    for number, who in enumerate((cast.customer, cast.agent)):
        sent = {"sessionId": session["id"], "clientMessageId": f"p{number}"}
        with Client(web, token_of(who)) as phone:
            file = upload(Api(who), "photo.txt")[0]["id"]
            answer = there(phone).done("sendMessage", {**sent, "attachments": [file]})
            assert (answer["message"]["body"], len(answer["message"]["attachments"])) == ("", 1)
            assert phone.refused("sendMessage", {**sent, "clientMessageId": "p9", "body": " "}) == "invalid"


def test_one_that_comes_twice_in_one_batch_is_stored_once(committed_cast):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    person = User.objects.with_rights().get(pk=cast.customer.pk)
    each = Post(int(session["id"]), NewChatMessage("نعم", client_message_id="same"), person, CAME)
    found = post_together([each, each])
    assert [posted is not None for posted in found] == [True, False]
    assert ChatMessage.objects.filter(session_id=session["id"], body="نعم").count() == 1


def test_the_bot_answers_what_comes_over_the_socket(committed_cast, web):
    Rule.objects.all().delete()
    acts.rule("parcel", "It is on its way", ("thanks", "reply"))
    person = customer("Nora", "en")
    session = acts.started(person)
    with Client(web, token_of(person)) as phone:
        there(phone).done("joinChat", session["id"])
        phone.done("sendMessage", sending(session, "where is my parcel"))
        answer = phone.wait(
            lambda frame: frame["event"] == "chat:message" and frame["data"]["author"]["type"] == "bot"
        )["data"]
        assert answer["body"] == "It is on its way"
        chosen = {"sessionId": session["id"], "clientMessageId": "m2"}
        chosen["quickReply"] = {"messageId": answer["id"], "value": answer["quickReplies"][0]["value"]}
        assert phone.done("sendMessage", chosen)["message"]["body"] == "thanks E"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "invalid"),
        ({"body": "x"}, "invalid"),
        ({"body": "x", "clientMessageId": ""}, "invalid"),
        ({"body": "x", "clientMessageId": ["a"]}, "invalid"),
        ({"body": "\x00", "clientMessageId": "a"}, "invalid"),
        ({"body": "x" * 10_001, "clientMessageId": "a"}, "invalid"),
        ({"body": 5, "clientMessageId": "a"}, "invalid"),
        ({"body": "x", "clientMessageId": "a", "isInternal": True}, "invalid"),
        ({"body": "x", "clientMessageId": "a", "authorId": "1"}, "invalid"),
        ({"body": "x", "clientMessageId": "a", "sessionId": "999999999"}, "not_found"),
        ({"body": "x", "clientMessageId": "a", "sessionId": {"a": 1}}, "invalid"),
        ({"body": "x", "clientMessageId": "a", "attachments": ["nope"]}, "invalid"),
        ({"body": "x", "clientMessageId": "a", "quickReply": {"messageId": "1", "value": "x"}}, "invalid"),
        ({"body": "x", "clientMessageId": "a", "lastSeenMessageId": "1"}, "invalid"),
    ],
)
def test_what_cannot_be_used_is_refused_and_the_socket_lives(committed_cast, web, given, code):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    before = ChatMessage.objects.count()
    with Client(web, token_of(cast.customer)) as phone:
        answer = there(phone).act("sendMessage", {"sessionId": session["id"], **given})
        assert answer["error"]["code"] == code, answer
        assert answer["error"]["message"]
        assert ("fields" in answer["error"]) == (code == "invalid")
        assert ChatMessage.objects.count() == before
        assert phone.done("sendMessage", sending(session, "still here"))["message"]["body"] == "still here"


def test_a_refusal_is_in_the_callers_language(committed_cast, web):
    person = customer("نورة", "ar")
    acts.started(person)
    with Client(web, token_of(person)) as phone:
        answer = there(phone).act("sendMessage", {"sessionId": "999999999", "body": "x", "clientMessageId": "a"})
        assert answer["error"]["message"] == "لم يُعثر على شيء هنا."


def test_foreign_and_absent_chats_answer_alike_and_lookers_on_are_forbidden(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    for person in (cast.stranger, cast.guest, cast.outsider):
        with Client(web, token_of(person)) as client:
            for ref in (session["id"], "999999999"):
                assert there(client).refused("sendMessage", {**sending(session, "x"), "sessionId": ref}) == "not_found"
    with Client(web, token_of(cast.colleague)) as client:
        assert there(client).refused("sendMessage", sending(session, "x")) == "forbidden"
    assert not ChatMessage.objects.filter(session_id=session["id"], body="x").exists()


def test_an_ended_chat_takes_no_more(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with Client(web, token_of(cast.customer)) as phone:
        first = there(phone).done("sendMessage", sending(session, "x"))
        acts.ended(cast.customer)
        assert phone.done("sendMessage", sending(session, "x")) == {**first, "repeated": True}
        assert phone.refused("sendMessage", sending(session, "y", "m2")) == "session_ended"


def test_rights_are_read_at_each_message(committed_cast, web):
    """Not those of the moment at which the socket was opened, whatever was notified."""
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with Client(web, token_of(cast.customer)) as phone, Client(web, token_of(cast.agent)) as desk:
        there(phone).done("sendMessage", sending(session, "x"))
        there(desk).done("sendMessage", sending(session, "x"))
        cast.agent.groups.clear()
        TokenFamily.objects.filter(user=cast.customer).update(ended_at="2026-01-01T00:00:00Z")
        assert desk.refused("sendMessage", sending(session, "y", "m2")) == "not_found"
        assert phone.refused("sendMessage", sending(session, "y", "m2")) == "unauthorized"
    assert not ChatMessage.objects.filter(session_id=session["id"], body="y").exists()


def test_each_caller_of_a_batch_has_his_own_rate(settings):
    settings.RATES = {**settings.RATES, "write": (2, 60)}
    who = f"user:{uuid.uuid4()}"
    waits = spend_each([[("write", who)], [("write", "other" + who)], [("write", who)], [("write", who)]])
    assert waits[:3] == [0, 0, 0]
    assert 0 < waits[3] <= 60


def test_many_who_send_at_once_are_each_heard_once_and_in_order(committed_cast, web):
    cast = committed_cast
    people = [customer(f"Person {number}", "en") for number in range(8)]
    agents = [cast.agent, cast.colleague]
    sessions = [acts.active(person, agents[number % 2]) for number, person in enumerate(people)]
    tokens = [token_of(person) for person in people]
    heard: dict[str, list[str]] = {}
    start = threading.Barrier(len(people))

    def talk(number: int) -> None:
        session = sessions[number]
        with Client(web, tokens[number]) as phone:
            there(phone).done("joinChat", session["id"])
            start.wait()
            for turn in range(10):
                phone.done("sendMessage", sending(session, f"{number}-{turn}", f"c{turn}"))
                phone.done("sendMessage", sending(session, f"{number}-{turn}", f"c{turn}"))
            phone.wait(lambda frame: frame["event"] == "chat:message" and frame["data"]["body"] == f"{number}-9")
            heard[session["id"]] = [frame["data"]["body"] for frame in phone.named("chat:message")]

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(talk, range(len(people))))
    for number, session in enumerate(sessions):
        said = [f"{number}-{turn}" for turn in range(10)]
        assert heard[session["id"]] == said
        assert [row["body"] for row in acts.thread(cast.agent, session)][-10:] == said


class Falls(SendMessage):
    def together(self, calls):
        raise RuntimeError("unforeseen")


def test_one_that_fails_unforeseen_does_not_take_the_others_with_it(committed_cast):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    people = [authenticator().by_token(token_of(person)) for person in (cast.customer, cast.agent)]
    questions = [_Question(one, sending(session, f"by {one.user.pk}"), CAME) for one in people]
    answers = _perform(Falls(), questions)
    for question, answer in zip(questions, answers, strict=True):
        assert isinstance(answer, _Alone)
        assert Falls().alone(answer.call)["message"]["body"] == question.given["body"]
    with pytest.raises(RuntimeError):
        _perform(Falls(), questions[:1])
