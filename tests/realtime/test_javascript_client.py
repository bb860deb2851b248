"""The JavaScript client that we ship, against a real server: live, cut, gaps, resets, refusals."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection

from chat.models import ChatMessage
from tests.chat import acts as chats
from tests.realtime.acts import forget, head, opened, say
from tests.realtime.client import Client, token_of
from tests.realtime.node_client import OurClient
from tests.realtime.servers import Web, wait_until
from tests.soak import sized

pytestmark = [pytest.mark.slow, pytest.mark.node]


@pytest.fixture
def room(committed_cast):
    return f"ticket:{opened(committed_cast.customer).pk}"


def heard(client, room):
    return [said["seq"] for said in list(client.said) if said["kind"] == "event" and said.get("room") == room]


def test_it_joins_hears_types_and_leaves(committed_cast, web, room):
    ref = room.partition(":")[2]
    with OurClient(web, token_of(committed_cast.customer)) as client:
        assert client.done("joinTicket", ref) == {"room": room, "seq": 0, "reset": False}
        say(room, body="Hello")
        assert client.event("ticket:message") == {"body": "Hello"}
        assert client.ask("joinTicket", "999999") == {"ok": False, "error": {"code": "not_found"}}
        assert client.done("sendTyping", {"ticketId": ref}, True) == {"room": room}
        client.done("leaveTicket", ref)
        say(room)
        time.sleep(0.3)
        assert heard(client, room) == [1]


def test_it_joins_types_in_and_leaves_a_chat(committed_cast, web):
    cast = committed_cast
    session = chats.active(cast.customer, cast.agent)
    with OurClient(web, token_of(cast.customer)) as client:
        room = client.done("joinChat", session["id"])["room"]
        assert client.done("sendTyping", session["id"], True) == {"room": room}
        chats.told(cast.agent, session, "Hello")
        assert client.event("chat:message")["body"] == "Hello"
        assert client.done("leaveChat", session["id"]) == {"room": room}


def test_what_it_sends_is_sent_again_after_a_cut_and_stored_once(committed_cast, web):
    cast = committed_cast
    session = chats.active(cast.customer, cast.agent)
    with OurClient(web, token_of(cast.customer)) as client:
        said = client.done("sendMessage", session["id"], "Hello")
        assert said["message"]["body"] == "Hello"
        assert client.ask("sendMessage", "999999999", "Hello") == {"ok": False, "error": {"code": "not_found"}}
        named = [client.done("sendMessage", session["id"], "Named", {"clientMessageId": "mine"}) for _ in range(2)]
        assert [each["repeated"] for each in named] == [False, True]
        wanted = [f"line {number}" for number in range(sized(12, 100))]  # below the rate of a minute
        for body in wanted:
            threading.Timer(0.02, client.cut).start()
            assert client.done("sendMessage", session["id"], body)["message"]["body"] == body
        stored = ChatMessage.objects.filter(session_id=session["id"], body__startswith="line ").order_by("pk")
        assert list(stored.values_list("body", flat=True)) == wanted


def test_what_is_sent_in_a_heap_goes_in_order_and_does_not_cost_the_socket(committed_cast, web):
    """All at once would be more than a socket may ask for, and the server would close it for good."""
    cast = committed_cast
    session = chats.active(cast.customer, cast.agent)
    wanted = [f"line {number}" for number in range(45)]
    with OurClient(web, token_of(cast.customer)) as client:
        for number, body in enumerate(wanted):
            client.command(op="ask", id=1000 + number, event="sendMessage", args=[session["id"], body])
        for number, body in enumerate(wanted):
            said = client.wait("ack", lambda said, id=1000 + number: said["id"] == id)["answer"]
            assert said["ok"]
            assert said["data"]["message"]["body"] == body
    assert [row["body"] for row in chats.own_thread(cast.customer)][-len(wanted) :] == wanted


def test_what_waits_for_a_connection_ends_with_it(committed_cast, web):
    with OurClient(web, "nonsense") as client:
        assert client.ask("sendMessage", "1", "Hello") == {"ok": False, "error": {"code": "closed"}}
        assert client.ask("joinTicket", "1") == {"ok": False, "error": {"code": "closed"}}


def test_i3_cut_again_and_again_it_hears_each_event_once_and_in_order(committed_cast, web, room):
    count = sized(120, 3_000)

    def talk():
        for _ in range(count):
            say(room)
            time.sleep(0.03)
        connection.close()

    with OurClient(web, token_of(committed_cast.customer)) as client:
        client.done("joinTicket", room.partition(":")[2])
        talking = threading.Thread(target=talk)
        talking.start()
        while talking.is_alive():
            time.sleep(0.7)
            client.cut()
        wait_until(lambda: heard(client, room)[-1:] == [count], 40)
        assert heard(client, room) == list(range(1, count + 1))
        assert len(client.events("ready")) >= 2


def test_a_gap_is_asked_for_and_a_reset_is_told(committed_cast, web, room):
    ref = room.partition(":")[2]
    with OurClient(web, token_of(committed_cast.customer)) as client:
        client.done("joinTicket", ref)
        for _ in range(3):
            say(room)
        wait_until(lambda: len(heard(client, room)) == 3)
        client.command(op="forget", args=[room, 1])  # as if two events had never come
        say(room)
        wait_until(lambda: heard(client, room)[-1:] == [4])
        client.command(op="forget", args=[room, 1])
        forget(room, up_to=head(room))
        client.cut()
        assert client.event("reset") == {"room": room, "seq": 4}
        say(room)
        wait_until(lambda: heard(client, room)[-1:] == [5])


def test_a_bad_token_ends_it_for_good(committed_cast, web):
    with OurClient(web, "nonsense") as client:
        assert client.event("closed") == {"code": 4401}
        time.sleep(1)
        assert len(client.events("closed")) == 1


def test_a_refusal_for_limits_is_tried_again_until_there_is_a_place(committed_cast):
    token = token_of(committed_cast.customer)
    with Web(REALTIME_SOCKETS_PER_USER="1", REALTIME_PLACE_WAIT_SECONDS="0") as web, Client(web, token) as first:
        first.event("ready")
        with OurClient(web, token) as client:
            assert client.event("disconnected") == {"code": 4429}
            first.close()
            assert client.wait("event", lambda said: said["event"] == "ready", seconds=60)
            assert client.events("closed") == []
