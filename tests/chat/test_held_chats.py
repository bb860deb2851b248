"""Writing over the socket in chats that somebody else holds: nobody waits long for another, and nothing is lost."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connection

from chat.models import ChatMessage
from chat.sockets import SendMessage
from core.protocols import SocketCall
from tests.cast import customer
from tests.chat import acts
from tests.chat.test_sending_in_trouble import CAME, person, sending, there
from tests.conftest import superuser, waits_for_lock
from tests.realtime.client import Client, token_of
from tests.realtime.servers import wait_until

pytestmark = pytest.mark.slow


def on_database():
    return superuser(connection.settings_dict["NAME"])


@contextmanager
def held(session):
    """Somebody else holds the chat until the end of the block, or until he executes `commit`."""
    with on_database() as other:
        other.execute("begin")
        other.execute("select 1 from chat_session where id = %s for no key update", [session["id"]])
        yield other
        other.execute("commit")


@contextmanager
def meanwhile(work):
    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join()


def chats_of(people, agents):
    return [acts.active(who, agent) for who, agent in zip(people, agents, strict=True)]


def calls(people, sessions):
    return [SocketCall(person(who), sending(session, "ن"), CAME) for who, session in zip(people, sessions, strict=True)]


def test_a_chat_that_somebody_holds_keeps_the_others_of_its_batch_from_nothing(committed_cast):
    cast = committed_cast
    people = [cast.customer, cast.stranger]
    sessions = chats_of(people, [cast.agent] * 2)
    with held(sessions[0]):
        started = time.monotonic()
        answers = SendMessage().together(calls(people, sessions))
        assert time.monotonic() - started < 2
    assert [answer is not None for answer in answers] == [False, True]
    assert [message.session_id for message in ChatMessage.objects.filter(body="ن")] == [int(sessions[1]["id"])]


def test_chats_that_are_held_for_a_moment_are_waited_for_together(committed_cast):
    cast = committed_cast
    people = [cast.customer, cast.stranger]
    sessions = chats_of(people, [cast.agent] * 2)
    with held(sessions[0]) as other, on_database() as watch:

        def let_go():
            wait_until(lambda: waits_for_lock(watch), every=0.005)
            other.execute("commit")

        with meanwhile(let_go):
            answers = SendMessage().together(calls(people, sessions))
    assert [answer["repeated"] for answer in answers] == [False, False]


def test_many_chats_that_are_let_go_one_by_one_are_not_waited_for_one_by_one(committed_cast):
    cast = committed_cast
    people = [customer(f"C{number}", "en") for number in range(6)]
    sessions = chats_of(people, [cast.agent, cast.colleague] * 3)
    with ExitStack() as stack:
        holders = [stack.enter_context(held(session)) for session in sessions]

        def let_go():
            for holder in holders:
                time.sleep(0.2)
                holder.execute("commit")

        with meanwhile(let_go):
            started = time.monotonic()
            answers = SendMessage().together(calls(people, sessions))
            waited = time.monotonic() - started
    assert waited < 0.2 * len(sessions)
    assert None in answers
    assert ChatMessage.objects.filter(body="ن").count() == sum(answer is not None for answer in answers)


def test_a_chat_that_is_held_for_a_moment_still_takes_the_message(committed_cast, web):
    cast = committed_cast
    session = acts.active(cast.customer, cast.agent)
    with Client(web, token_of(cast.customer)) as phone:
        there(phone)
        with held(session):
            phone.send("sendMessage", sending(session, "patience"), ref=1)
            time.sleep(0.5)
            assert not phone.named("ack")
        assert phone.event("ack")["data"]["message"]["body"] == "patience"
    assert ChatMessage.objects.filter(body="patience").count() == 1
