"""A whole conversation as two people at their sockets have it, once in Arabic and once in English."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from accounts.models import Language, User
from bot.models import Rule
from tests.api import Api, data
from tests.cast import customer
from tests.chat import acts
from tests.realtime.client import Client, token_of
from tests.storage import storage, upload

__all__ = ["storage"]
pytestmark = pytest.mark.slow
WORDS = {
    "ar": {
        "hello": "مرحبا",
        "welcome": "أهلا بك",
        "label": "تتبع الطلب",
        "tracked": "طلبك في الطريق",
        "person": "أريد التحدث مع موظف",
        "there": "أنا معك",
        "thanks": "شكرا جزيلا",
        "feedback": "خدمة رائعة",
    },
    "en": {
        "hello": "hello",
        "welcome": "Welcome",
        "label": "Track my order",
        "tracked": "Your order is on its way",
        "person": "I want to talk to a person",
        "there": "I am here",
        "thanks": "Thank you",
        "feedback": "Great service",
    },
}


def rules() -> None:
    """Greeting with a quick reply, and what the reply asks for."""
    Rule.objects.all().delete()
    ar, en = WORDS["ar"], WORDS["en"]
    reply = {"labelAr": ar["label"], "labelEn": en["label"], "value": "track_order", "action": "reply"}
    names = {"priority": 10, "trigger_patterns": [ar["hello"], en["hello"]], "quick_replies": [reply]}
    Rule.objects.create(name_ar="ت", name_en="G", response_ar=ar["welcome"], response_en=en["welcome"], **names)
    names = {"priority": 20, "trigger_patterns": ["track_order"], "quick_replies": []}
    Rule.objects.create(name_ar="ط", name_en="T", response_ar=ar["tracked"], response_en=en["tracked"], **names)


def heard(client: Client, name: str, **wanted: object):
    """A frame of this name whose data has these values."""
    return client.wait(
        lambda frame: frame["event"] == name and all(frame["data"].get(key) == value for key, value in wanted.items())
    )["data"]


class Stage:
    """A customer at his phone and an agent at his desk, each with a socket and a client of the API."""

    def __init__(self, cast, language, phone, desk, person):
        self.cast, self.words, self.person = cast, WORDS[language], person
        self.phone, self.desk = phone, desk
        self.mine, self.staff = Api(person, language=language), Api(cast.agent, language=language)
        self.colleague = Api(cast.colleague, language=language)
        self.session = data(self.mine.post("/chat/sessions", {}), 201)
        self.path = f"/chat/sessions/{self.session['id']}"
        assert self.session["language"] == language

    def say(self, **body):
        return data(self.mine.post("/chat/my-session/messages", body), 201)

    def answer(self, client, **body):
        return data(client.post(f"{self.path}/messages", body), 201)

    def typing(self, client):
        client.done("sendTyping", {"sessionId": self.session["id"], "isTyping": True})


def with_the_bot(s):
    """It greets, and a quick reply is answered."""
    s.say(body=s.words["hello"])
    greeting = heard(s.phone, "chat:message", body=s.words["welcome"])
    assert greeting["author"]["type"] == "bot"
    [reply] = greeting["quickReplies"]
    assert reply["label"] == s.words["label"]
    chosen = s.say(quickReply={"messageId": greeting["id"], "value": reply["value"]})
    assert chosen["body"] == s.words["label"]
    heard(s.phone, "chat:message", body=s.words["tracked"])


def in_the_queue(s, ahead):
    """He asks for a person; his place moves as others go."""
    s.say(body=s.words["person"])
    assert heard(s.phone, "chat:session:waiting")["position"] == 2
    assert heard(s.desk, "chat:session:waiting", id=s.session["id"])["customer"]["name"] == s.person.name
    acts.accepted(s.cast.colleague, ahead)
    assert heard(s.phone, "chat:session:position", position=1)["sessionId"] == s.session["id"]


def with_the_agent(s):
    """Both type, write and read."""
    assert data(s.staff.post(f"{s.path}/accept"))["status"] == "active"
    assert heard(s.phone, "chat:session:accepted")["agent"] == {"name": s.cast.agent.name}
    assert s.desk.done("joinChat", s.session["id"])["room"] == f"chat-staff:{s.session['id']}"
    s.typing(s.desk)
    assert heard(s.phone, "typing:start")["name"] == s.cast.agent.name
    answer = s.answer(s.staff, body=s.words["there"])
    heard(s.phone, "chat:message", body=s.words["there"])
    s.typing(s.phone)
    assert heard(s.desk, "typing:start")["userId"] == str(s.person.pk)
    data(s.mine.post("/chat/my-session/read", {"messageId": answer["id"]}))
    assert heard(s.desk, "chat:read")["messageId"] == answer["id"]


def files_both_ways(s):
    [mine], [theirs] = upload(s.mine, "paper.txt"), upload(s.staff, "paper.txt")
    s.say(body=s.words["thanks"], attachments=[mine["id"]])
    s.answer(s.staff, body=s.words["thanks"], attachments=[theirs["id"]])
    for client, file in ((s.desk, mine), (s.phone, theirs)):
        client.wait(lambda frame, file=file: file["id"] in [one["id"] for one in attached(frame)])


def attached(frame):
    return frame["data"]["attachments"] if frame["event"] == "chat:message" else []


def handed_on(s):
    """To a colleague, with a note that the customer never hears of."""
    hand_on = {"agentId": str(s.cast.colleague.pk), "note": "zzNOTEzz"}
    data(s.staff.post(f"{s.path}/transfer", hand_on))
    heard(s.desk, "chat:message", body="zzNOTEzz")
    heard(s.phone, "chat:session:updated", agent={"name": s.cast.colleague.name})
    s.answer(s.colleague, body=s.words["there"])


def over(s):
    """The end, and the rating of what ended last."""
    data(s.colleague.post(f"{s.path}/end"))
    heard(s.phone, "chat:session:updated", status="ended")
    rated = data(s.mine.post("/chat/my-session/rate", {"rating": 5, "feedback": s.words["feedback"]}))
    assert rated["rating"]["feedback"] == s.words["feedback"]
    heard(s.desk, "chat:session:updated", rating=rated["rating"])
    return rated["realtime"]["seq"]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_whole_conversation_at_both_sockets(committed_cast, web, storage, language):
    cast = committed_cast
    rules()
    User.objects.filter(pk=cast.agent.pk).update(availability="available")
    person = customer("نورة" if language == "ar" else "Nora", language)
    ahead = acts.waiting(customer("Earlier", Language.ENGLISH))
    with Client(web, token_of(person)) as phone, Client(web, token_of(cast.agent)) as desk:
        phone.event("ready")
        desk.event("ready")
        s = Stage(cast, language, phone, desk, person)
        room, seq = s.session["realtime"]["room"], s.session["realtime"]["seq"]
        assert phone.done("joinChat", {"sessionId": s.session["id"]})["room"] == room
        with_the_bot(s)
        in_the_queue(s, ahead)
        with_the_agent(s)
        files_both_ways(s)
        handed_on(s)
        last = over(s)
        phone.wait_seq(room, last)
        assert phone.seqs(room) == list(range(seq + 1, last + 1))
        assert not any("zzNOTEzz" in str(frame) or "isInternal" in str(frame) for frame in phone.frames)


def test_an_internal_note_being_typed_shows_to_nobody_but_staff(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with ExitStack() as open_sockets:
        phone, desk, other = (
            open_sockets.enter_context(Client(web, token_of(person)))
            for person in (cast.customer, cast.agent, cast.lead)
        )
        for client in (phone, desk, other):
            client.event("ready")
            client.done("joinChat", {"sessionId": session["id"]})
        desk.done("sendTyping", {"sessionId": session["id"], "isTyping": True, "isInternal": True})
        heard(other, "typing:start")
        time.sleep(0.3)
        assert phone.named("typing:start") == []


def test_a_stranger_joins_no_chat_but_his_own(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    for person in (cast.stranger, cast.guest, cast.outsider):
        with Client(web, token_of(person)) as client:
            client.event("ready")
            for ref in (session["id"], "999999", "x", "TKT-2026-000001"):
                assert client.refused("joinChat", {"sessionId": ref}) == "not_found"
