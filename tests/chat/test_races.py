"""Many people at one chat at the same moment: one winner, one session, one answer, nothing lost and nothing doubled.

Small in CI; SOAK=1 makes the sizes those of the bar.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import socket
import threading
from collections import Counter

import orjson
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Entry
from chat import operations, watch
from chat.models import ChatMessage, ChatRating, Session
from chat.operations import NewChatMessage
from tests.api import Api
from tests.cast import customer, staff
from tests.chat import acts
from tests.contract import document
from tests.crosscut.crowd import Call, at_once, check_the_whole, statuses
from tests.realtime.client import token_of
from tests.realtime.servers import Web
from tests.soak import sized

AGENTS, CHATS = sized((6, 30), (50, 500))
BOT_RACES = sized(15, 1000)
STARTS = sized(3, 50)
SENDS = sized(40, 1000)
SOME = sized(5, 100)


@pytest.fixture
def people(committed_cast):
    yield committed_cast
    check_the_whole()


def events(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(distinct event_id) from rt_event where event = %s", [name])
        return int(cursor.fetchone()[0])


def queue_of(count: int) -> list[int]:
    """So many chats that wait, each of a customer of its own."""
    found = []
    for _ in range(count):
        someone = customer()
        operations.start(by=someone, text="hm")
        found.append(operations.hand_over(by=someone).pk)
    return found


@pytest.mark.timeout(1800)
def test_agents_racing_for_the_queue_take_every_chat_once_and_none_beyond_capacity(people, settings):
    capacity = -(-CHATS // AGENTS)
    settings.CHAT = {**settings.CHAT, "capacity": capacity}
    chats, choice = queue_of(CHATS), random.Random(11)
    agents = [staff(f"racer{n}", Role.AGENT) for n in range(AGENTS)]
    orders = [choice.sample(chats, len(chats)) for _ in agents]
    answers: list[tuple[User, int, int, object]] = []
    faults: list[BaseException] = []
    clients = [Api(agent) for agent in agents]
    document()  # generated before, not by several threads at once

    def race(agent: User, client: Api, order: list[int]) -> None:
        try:
            for pk in order:
                response = client.post(f"/chat/sessions/{pk}/accept")
                answers.append((agent, pk, response.status_code, response.json()))
                if b"at_capacity" in response.content:
                    return
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=each) for each in zip(agents, clients, orders, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    won = {pk: agent for agent, pk, status, _body in answers if status == 200}
    assert sum(status == 200 for _agent, _pk, status, _body in answers) == len(won) == CHATS
    assert Counter(agent.pk for agent in won.values()) == Counter({agent.pk: capacity for agent in agents})
    for _agent, pk, status, body in answers:
        if status != 200:
            error = body["error"]
            assert (status, error["code"]) in {(409, "already_accepted"), (409, "at_capacity")}
            if error["code"] == "already_accepted":
                assert error["details"]["agent"] == {"id": str(won[pk].pk), "name": won[pk].name}
    assert Entry.objects.filter(action="CHAT_SESSION_ACCEPTED").count() == CHATS
    assert events("chat:session:accepted") == CHATS


def test_an_agent_who_takes_many_at_once_by_any_door_gets_no_more_than_he_can_have(people, settings):
    settings.CHAT = {**settings.CHAT, "capacity": 2}
    agent = {"agentId": str(people.agent.pk)}
    for _ in range(SOME):
        chats = queue_of(6)
        answers = at_once(
            *[Call(people.agent, f"POST /chat/sessions/{pk}/accept") for pk in chats[:4]],
            *[Call(people.lead, f"POST /chat/sessions/{pk}/transfer", agent) for pk in chats[4:]],
        )
        assert statuses(answers) == {200: 2, 409: 4}
        assert {answer.json()["error"]["code"] for answer in answers if answer.status_code == 409} == {"at_capacity"}
        for pk in chats:
            operations.end(pk, by=User.objects.service(Role.SYSTEM))


def _accept(agent: User, session_id: str) -> None:
    operations.accept(session_id, by=agent)
    connection.close()


@pytest.mark.timeout(1800)
def test_the_bot_says_nothing_after_a_person_took_the_chat(people):
    acts.rule("zebra", "About zebras")
    answered, choice = 0, random.Random(3)
    for _ in range(BOT_RACES):
        session = acts.started(people.customer)
        # The answer comes a moment after the message: the acceptance falls before it, into it, or behind it.
        accept = threading.Timer(choice.uniform(0, 0.06), _accept, [people.agent, session["id"]])
        accept.start()
        acts.said(people.customer, "a zebra")
        accept.join()
        with connection.cursor() as cursor:
            cursor.execute(
                "select event, data -> 'author' ->> 'type' from rt_event where room = %s order by seq",
                [f"chat-staff:{session['id']}"],
            )
            told = cursor.fetchall()
        taken = told.index(("chat:session:accepted", None))
        assert ("chat:message", "bot") not in told[taken:]
        answered += ("chat:message", "bot") in told
        acts.ended(people.customer)
    print(f"the bot was faster in {answered} of {BOT_RACES}")  # noqa: T201


def test_many_starts_of_one_customer_are_one_chat(people):
    for round_ in range(1, STARTS + 1):
        answers = at_once(*[Call(people.customer, "POST /chat/sessions", {})] * 10)
        assert statuses(answers) == {201: 1, 200: 9}
        assert len({answer.json()["data"]["id"] for answer in answers}) == 1
        assert Session.objects.count() == round_
        acts.ended(people.customer)


def test_the_same_start_ten_times_with_one_key_says_its_message_once(people):
    call = Call(people.customer, "POST /chat/sessions", {"message": "قطة"}, {"Idempotency_Key": "k"})
    assert statuses(at_once(*[call] * 10)) == {201: 10}
    assert ChatMessage.objects.filter(author_type="customer").count() == 1
    assert ChatMessage.objects.filter(author_type="bot").count() == 1


def test_rating_thrice_at_once_is_one_rating(people):
    for number in range(1, SOME + 1):
        acts.started(people.customer)
        acts.ended(people.customer)
        rates = [Call(people.customer, "POST /chat/my-session/rate", {"rating": stars}) for stars in (1, 3, 5)]
        assert statuses(at_once(*rates)) == {200: 1, 409: 2}
        assert ChatRating.objects.count() == Entry.objects.filter(action="CHAT_SESSION_RATED").count() == number


def test_ending_against_writing_leaves_no_word_after_the_end(people):
    for _ in range(SOME):
        session = acts.active(people.customer, people.agent)
        path = f"/chat/sessions/{session['id']}"
        found = statuses(
            at_once(
                Call(people.customer, "POST /chat/my-session/end"),
                Call(people.agent, f"POST {path}/messages", {"body": "x"}),
                Call(people.agent, f"POST {path}/end"),
            )
        )
        assert found in ({200: 2, 201: 1}, {200: 2, 409: 1})
        row = Session.objects.get(pk=session["id"])
        assert not ChatMessage.objects.filter(session=row, created_at__gt=row.ended_at).exists()
        assert Entry.objects.filter(action="CHAT_SESSION_ENDED", entity_id=session["id"]).count() == 1


def test_transferring_against_ending_and_a_ticket_ends_in_one_state(people):
    for _ in range(SOME):
        session = acts.active(people.customer, people.agent)
        path = f"/chat/sessions/{session['id']}"
        answers = at_once(
            Call(people.lead, f"POST {path}/transfer", {"agentId": str(people.colleague.pk)}),
            Call(people.agent, f"POST {path}/ticket"),
            Call(people.customer, "POST /chat/my-session/ticket"),
        )
        assert set(statuses(answers)) <= {200, 201, 403}
        row = Session.objects.get(pk=session["id"])
        assert (row.status, row.agent_id) == ("active", people.colleague.pk)
        assert Entry.objects.filter(action="CHAT_SESSION_TICKET_CREATED", entity_id=session["id"]).count() == 1
        acts.ended(people.customer)


def test_two_watches_at_once_do_each_thing_once(people):
    hour = timezone.now() - timezone.timedelta(hours=1)
    for _ in range(SOME):
        active, waiting = acts.active(people.customer, people.agent), acts.waiting(people.stranger)
        marks = {"agent_gone_at": hour, "customer_gone_at": hour, "waiting_since": hour}
        Session.objects.filter(pk=active["id"]).update(agent_gone_at=hour, customer_gone_at=hour)
        Session.objects.filter(pk=waiting["id"]).update(**marks, ticket_offered_at=None)
        before = ChatMessage.objects.filter(author_type="system").count()
        threads = [threading.Thread(target=lambda: (watch.watch(), connection.close())) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # The one lost his agent and was asked, and then offered a ticket; the other was asked and offered one.
        said = ChatMessage.objects.filter(author_type="system").order_by("pk")[before:]
        assert Counter(message.session_id for message in said) == {int(active["id"]): 3, int(waiting["id"]): 2}
        assert Entry.objects.filter(action="CHAT_SESSION_REQUEUED", entity_id=active["id"]).count() == 1
        for someone in (people.customer, people.stranger):
            acts.ended(someone)


def cut_post(port: int, token: str, body: dict, *, reads: bool) -> int:
    """One POST over a connection of its own, which is cut before the answer unless it `reads`; the status, or 0."""
    content = orjson.dumps(body)
    head = (
        "POST /chat/my-session/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=20) as door:
        door.sendall(head.encode() + content)
        if reads:
            return int(door.recv(4096).split(b" ", 2)[1])
    return 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_sends_repeated_over_cut_connections_are_one_message_each(people):
    session = acts.active(people.customer, people.agent)
    token, numbers, choice = token_of(people.customer), itertools.count(), random.Random(5)
    lock, seen = threading.Lock(), Counter()

    def send(port: int) -> None:
        while True:
            with lock:
                number = next(numbers)
                cut = [choice.random() < 0.7 for _ in range(2)]
            if number >= SENDS:
                return
            body = {"body": f"m{number}", "clientMessageId": f"c{number}"}
            for reads in (not cut[0], not cut[1], True):
                status = cut_post(port, token, body, reads=reads)
                with lock:
                    seen[status] += 1

    with Web(RATE_WRITE="100000000/minute", RATE_ADDRESS="100000000/minute") as web:
        threads = [threading.Thread(target=send, args=[web.port]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(seen) <= {0, 200, 201}
    sent = list(
        ChatMessage.objects.filter(session=session["id"], client_message_id__gt="").values_list("body", flat=True)
    )
    assert sorted(sent) == sorted(f"m{number}" for number in range(SENDS))
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from rt_event where room = %s and data ->> 'clientMessageId' is not null",
            [f"chat:{session['id']}"],
        )
        assert cursor.fetchone()[0] == SENDS
    assert operations.post(None, NewChatMessage("m0", client_message_id="c0"), by=people.customer).repeated
