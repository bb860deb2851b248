"""The watch over open chats: whoever vanishes, waits too long or falls silent; each thing is done once."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from redis import Redis

from accounts.models import User
from audit.models import Entry
from chat.models import ChatMessage, Session
from chat.operations import NewChatMessage, post
from chat.watch import watch
from core import clock, stores
from realtime.places import Places
from tests.api import Api, data
from tests.chat import acts
from tickets.models import Ticket
from tickets.sla.models import BusinessCalendar


class Site:
    """The people who are connected, and what time it is: `after(seconds)` looks once, so much later."""

    def __init__(self, cast):
        self.cast, self.began, self.places = cast, timezone.now(), Places()

    def connect(self, *people: User) -> None:
        self.places.take([(person.pk, "") for person in people])

    def leave(self, person: User) -> None:
        self.places.give_back([(person.pk, "")])

    def after(self, **span: float) -> None:
        self.places.refresh()
        with clock.at(self.began + timedelta(**span)):
            watch()


@pytest.fixture
def site(cast):
    """Open around the clock, an agent available and connected."""
    BusinessCalendar.objects.all().delete()
    User.objects.filter(pk=cast.agent.pk).update(availability="available")
    made = Site(cast)
    made.connect(cast.agent, cast.customer)
    yield made
    made.places.end()


def row(session) -> Session:
    return Session.objects.get(pk=session["id"])


def system_says(session) -> list[str]:
    rows = ChatMessage.objects.filter(session_id=session["id"], author_type="system").order_by("pk")
    return list(rows.values_list("body", flat=True))


def test_an_agent_who_is_gone_a_minute_loses_his_chats_to_the_front_of_the_queue(site):
    cast = site.cast
    session = acts.active(cast.customer, cast.agent)
    other = acts.waiting(cast.stranger)
    site.after(seconds=1)
    site.leave(cast.agent)
    site.after(seconds=10)
    site.after(seconds=69)
    assert row(session).status == "active"
    site.after(seconds=70)
    site.after(seconds=80)
    assert (row(session).status, row(session).agent_id) == ("waiting", None)
    assert [acts.seen(cast.lead, one)["position"] for one in (session, other)] == [1, 2]
    assert Entry.objects.filter(action="CHAT_SESSION_REQUEUED").count() == 1


def test_an_agent_who_comes_back_in_time_keeps_them(site):
    session = acts.active(site.cast.customer, site.cast.agent)
    site.leave(site.cast.agent)
    site.after(seconds=10)
    site.connect(site.cast.agent)
    site.after(seconds=40)
    site.leave(site.cast.agent)
    site.after(seconds=50)
    site.after(seconds=100)
    assert row(session).status == "active"


def test_an_agent_who_is_switched_off_loses_them_at_once(site):
    session = acts.active(site.cast.customer, site.cast.agent)
    data(Api(site.cast.customer).get("/chat/my-session"))
    User.objects.filter(pk=site.cast.agent.pk).update(is_active=False)
    site.after(seconds=1)
    assert row(session).status == "waiting"


def test_a_customer_who_is_gone_is_asked_once_and_then_the_chat_ends_as_a_ticket(site):
    cast = site.cast
    session = acts.active(cast.customer, cast.agent)
    site.leave(cast.customer)
    site.after(seconds=1)
    site.after(minutes=4)
    assert system_says(session) == []
    site.after(minutes=6)
    site.after(minutes=7)
    assert len(system_says(session)) == 1
    site.after(minutes=16)
    site.after(minutes=17)
    ended = row(session)
    assert (ended.status, ended.ended_by) == ("ended", "system")
    assert ended.ticket.description.count("أحتاج مساعدة") == 1
    assert (ended.ticket.customer_id, Ticket.objects.count()) == (cast.customer.pk, 1)
    assert acts.own(cast.customer)["ticketId"] == str(ended.ticket_id)


def test_who_is_asked_late_has_the_whole_time_to_answer(site):
    session = acts.active(site.cast.customer, site.cast.agent)
    site.leave(site.cast.customer)
    site.after(minutes=0.1)
    for minute in (16, 17, 25):  # nobody watched for a while
        site.after(minutes=minute)
        assert row(session).status == "active"
    site.after(minutes=27)
    assert row(session).status == "ended"


def test_a_customer_who_was_answered_leaves_no_ticket_behind(site):
    session = acts.active(site.cast.customer, site.cast.agent)
    acts.told(site.cast.agent, session, "It is done")
    site.leave(site.cast.customer)
    for minute in (0.1, 6, 16):
        site.after(minutes=minute)
    assert (row(session).status, row(session).ticket_id) == ("ended", None)


def test_a_customer_who_was_switched_off_leaves_no_ticket_and_the_chat_ends_all_the_same(site):
    session = acts.waiting(site.cast.customer)
    User.objects.filter(pk=site.cast.customer.pk).update(is_active=False)
    site.leave(site.cast.customer)
    for minute in (0.1, 6, 16):
        site.after(minutes=minute)
    assert (row(session).status, row(session).ticket_id) == ("ended", None)
    assert Ticket.objects.count() == 0


def test_a_customer_who_comes_back_is_not_ended(site):
    session = acts.active(site.cast.customer, site.cast.agent)
    site.leave(site.cast.customer)
    site.after(minutes=0.1)
    site.after(minutes=6)
    site.connect(site.cast.customer)
    site.after(minutes=7)
    site.leave(site.cast.customer)
    site.after(minutes=8)
    site.after(minutes=16)
    assert row(session).status == "active"
    assert len(system_says(session)) == 2


def test_whoever_waits_ten_minutes_is_offered_a_ticket_once(site):
    session = acts.waiting(site.cast.customer)
    site.after(minutes=9)
    assert system_says(session) == []
    site.after(minutes=11)
    site.after(minutes=12)
    [offer] = [message for message in acts.own_thread(site.cast.customer) if message["author"]["type"] == "system"]
    assert [reply["action"] for reply in offer["quickReplies"]] == ["ticket"]
    chosen = {"quickReply": {"messageId": offer["id"], "value": "ticket"}}
    answer = Api(site.cast.customer).post("/chat/my-session/messages", chosen)
    opened = answer.json()["meta"]["openedTicket"]
    assert (row(session).status, str(row(session).ticket_id)) == ("ended", opened["id"])


def test_when_nobody_is_available_a_ticket_is_offered_at_once(site):
    site.leave(site.cast.agent)
    session = acts.waiting(site.cast.customer)
    assert len(system_says(session)) == 1
    site.after(seconds=1)
    assert len(system_says(session)) == 1


def test_outside_working_hours_a_ticket_is_offered_at_once_in_the_chats_language(site):
    BusinessCalendar.objects.create(name_ar="أ", name_en="A", time_zone="UTC", weekly={}, is_default=True)
    session = acts.started(site.cast.customer, "qqq www", language="en")
    [text] = system_says(session)
    assert "outside working hours" in text
    other = acts.started(site.cast.stranger, "ققق ووو", language="ar")
    [text] = system_says(other)
    assert "خارج أوقات العمل" in text


def test_where_nobody_writes_a_warning_comes_and_then_the_end(site):
    session = acts.active(site.cast.customer, site.cast.agent)
    acts.told(site.cast.agent, session, "Well?")
    site.after(minutes=19)
    assert system_says(session) == []
    site.after(minutes=21)
    site.after(minutes=22)
    assert len(system_says(session)) == 1
    site.after(minutes=31)
    assert (row(session).status, row(session).ticket_id) == ("ended", None)


def test_a_word_after_the_warning_keeps_the_chat(site):
    session = acts.active(site.cast.customer, site.cast.agent)
    site.after(minutes=21)
    with clock.at(site.began + timedelta(minutes=25)):
        post(None, NewChatMessage("still here"), by=site.cast.customer)
    site.after(minutes=31)
    assert row(session).status == "active"
    assert row(session).idle_warned_at is None


def test_what_the_bot_owes_is_answered_by_the_watch(site):
    acts.rule("zebra", "About zebras")
    session = acts.started(site.cast.customer)
    post(None, NewChatMessage("a zebra"), by=site.cast.customer)
    site.after(seconds=3)
    assert [message["author"]["type"] for message in acts.own_thread(site.cast.customer)] == ["customer"]
    site.after(seconds=8)
    site.after(seconds=9)
    assert [message["body"] for message in acts.own_thread(site.cast.customer)] == ["a zebra", "About zebras"]
    assert row(session).status == "bot"


def test_what_the_bot_cannot_answer_for_a_minute_goes_to_a_person(site):
    acts.rule("zebra", "About zebras")
    session = acts.started(site.cast.customer)
    post(None, NewChatMessage("a zebra"), by=site.cast.customer)
    site.after(seconds=70)
    assert row(session).status == "waiting"


@contextmanager
def no_redis():
    """A Redis that nobody is at home at."""
    kept = stores._client
    stores._client = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.1)
    try:
        yield
    finally:
        stores._client, stores._skip_until = kept, 0.0


def test_without_redis_nobody_has_vanished(site):
    session = acts.active(site.cast.customer, site.cast.agent)
    acts.waiting(site.cast.stranger)
    with no_redis():
        for minute in (1, 4, 8, 12):
            site.after(minutes=minute)
    assert row(session).status == "active"
    assert system_says(session) == []


def test_without_redis_a_chat_goes_on(site):
    with no_redis():
        session = acts.waiting(site.cast.customer)
        assert acts.accepted(site.cast.agent, session)["status"] == "active"
        answer = acts.told(site.cast.agent, session)
        for _ in range(2):
            data(Api(site.cast.customer).post("/chat/my-session/read", {"messageId": answer["id"]}))
        acts.said(site.cast.customer)
        assert acts.ended(site.cast.customer)["status"] == "ended"


def test_marks_that_came_too_soon_are_written_by_the_watch(site):
    session = acts.active(site.cast.customer, site.cast.agent)
    first, second = (acts.told(site.cast.agent, session, text) for text in ("1", "2"))
    for message in (first, second):
        data(Api(site.cast.customer).post("/chat/my-session/read", {"messageId": message["id"]}))
    unread = [message["body"] for message in acts.thread(site.cast.agent, session) if not message["readAt"]]
    assert "2" in unread
    assert "1" not in unread
    site.after(seconds=5)
    read = {message["body"]: message["readAt"] for message in acts.thread(site.cast.agent, session)}
    assert datetime.fromisoformat(read["2"]).astimezone(UTC) >= datetime.fromisoformat(read["1"]).astimezone(UTC)
