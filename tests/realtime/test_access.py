"""Nobody let in who may not, nobody kept in who lost the right (A1 to A6), and what one socket may ask for."""

from __future__ import annotations

import contextlib
import datetime
import threading
import time

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework_simplejwt.tokens import AccessToken
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts.operations import end_sessions, set_active, update_staff
from accounts.tokens import open_family
from tests.realtime.acts import opened, report, say, unnotified
from tests.realtime.client import Client, subprotocols, token_of
from tests.realtime.servers import Web, wait_until
from tests.soak import sized
from tickets.models import Ticket
from tickets.operations import NewMessage, add_message, assign

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ENGINE = "/socket.io/?EIO=4&transport=websocket"
OURS, FOREIGN = "http://127.0.0.1:3000", "https://evil.example"


def token_for(user, seconds):
    """An access token of a new session that ends so soon."""
    family = open_family(user).family
    token = AccessToken()
    token.set_exp(lifetime=datetime.timedelta(seconds=seconds))
    token["sub"], token["fam"] = str(user.pk), family
    return str(token)


def cookie_of(user):
    """A browser's session of the back office."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.CatalogueBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"Cookie": f"support_session={session.session_key}"}


# --- A1


def test_a1_a_socket_ends_with_its_token_unless_a_fresh_one_comes(committed_cast, web):
    cast = committed_cast
    life = sized(4, 20)
    expires = time.time() + life
    with Client(web, token_for(cast.customer, life)) as left, Client(web, token_for(cast.customer, life)) as renewed:
        assert left.event("auth:expiring")["data"]["expiresAt"] == left.event("ready")["data"]["expiresAt"]
        assert renewed.done("auth", {"token": token_for(cast.customer, 600)})["expiresAt"] > (expires + 500) * 1000
        assert left.closed(life + 5) == 4401
        assert abs(time.time() - expires) <= 2
        time.sleep(1)
        assert renewed.done("pong") == {}


def test_a1_a_token_of_somebody_else_closes_the_socket(committed_cast, web):
    with Client(web, token_of(committed_cast.customer)) as client:
        client.event("ready")
        client.send("auth", {"token": token_of(committed_cast.stranger)})
        assert client.closed() == 4403


# --- A2


@pytest.mark.parametrize("what", ["disabled", "signed out", "rights removed"])
def test_a2_rights_lost_under_traffic_end_within_five_seconds_without_a_notification(committed_cast, web, what):
    cast = committed_cast
    ticket = opened(cast.customer)
    room = f"ticket-staff:{ticket.pk}"
    ending = threading.Event()

    def traffic():
        while not ending.wait(0.05):
            say(room)
        connection.close()

    with Client(web, token_of(cast.agent)) as client, unnotified():
        client.done("joinTicket", str(ticket.pk))
        saying = threading.Thread(target=traffic)
        saying.start()
        try:
            client.wait_seq(room, 5, 20)
            if what == "disabled":
                set_active(cast.agent.pk, active=False, by=cast.administrator)
            elif what == "signed out":
                end_sessions(cast.agent.pk, reason="signed_out", by=cast.administrator)
            else:
                update_staff(cast.agent.pk, changes={}, group_ids=[], by=cast.administrator)
            committed = time.monotonic()
            if what == "rights removed":
                left = client.wait(lambda frame: frame["event"] == "room:left" and frame["data"]["room"] == room)
                assert left["data"]["reason"] == "forbidden"
            else:
                assert client.closed() == {"disabled": 4403, "signed out": 4401}[what]
            report(f"{what}: after {time.monotonic() - committed:.2f} s")
            time.sleep(max(0, committed + 5 - time.monotonic()) + 0.5)
        finally:
            ending.set()
            saying.join()
        pairs = zip(client.times, client.frames, strict=False)
        late = [frame for moment, frame in pairs if frame.get("room") == room and moment > committed + 5]
        assert late == []


def test_a2_with_a_notification_it_is_at_once(committed_cast, web):
    cast = committed_cast
    with Client(web, token_of(cast.agent)) as client:
        client.event("ready")
        set_active(cast.agent.pk, active=False, by=cast.administrator)
        assert client.closed(2) == 4403


def test_a2_the_loser_of_a_reassignment_is_told_and_then_leaves_the_room(committed_cast, web):
    cast = committed_cast
    ticket = opened(cast.customer)
    Ticket.objects.filter(pk=ticket.pk).update(team=cast.team)
    assign(ticket.pk, agent_id=cast.outsider.pk, by=cast.administrator)
    room = f"ticket-staff:{ticket.pk}"
    with Client(web, token_of(cast.outsider)) as client:
        client.done("joinTicket", str(ticket.pk))
        assign(ticket.pk, agent_id=cast.agent.pk, by=cast.administrator)
        told = client.event("ticket:assigned")
        assert told["data"]["assignee"]["id"] == str(cast.agent.pk)
        assert client.event("room:left")["data"] == {"room": room, "reason": "forbidden"}
        assert client.refused("joinTicket", str(ticket.pk)) == "not_found"


# --- A3


def test_a3_foreign_absent_and_malformed_rooms_answer_alike_and_add_no_group(committed_cast, web):
    cast = committed_cast
    foreign = opened(cast.stranger)
    bad = [None, "", [], {}, ["a"], {"ticketId": None}, {"ticketId": ["1"]}, {"ticketId": {"a": 1}}, True, 1.5]
    bad += [
        "x" * 5000,
        "1\x00",
        "١٢",
        {"ticketId": "x" * 5000},
        {"other": 1},
        -1e400 if False else "\ud800" if False else "é",
    ]
    absent = [str(foreign.pk), "999999999", "0", "-1", "ticket:1", "TKT-1-2", "1 or 1=1", "9" * 18, "*", "../1", 7]
    with Client(web, token_of(cast.customer)) as client:
        before = client.event("ready")["data"]["rooms"]
        for argument in bad:
            time.sleep(0.1)
            assert client.refused("joinTicket", argument) in {"bad_request", "not_found"}
        for argument in absent:
            time.sleep(0.1)
            assert client.refused("joinTicket", argument) == "not_found"
        for name in [
            f"ticket:{foreign.pk}",
            f"ticket-staff:{foreign.pk}",
            "queue:tickets",
            f"user:{cast.agent.pk}",
            "x",
            "",
        ]:
            answer = client.done("resume", {"rooms": {name: 0}})
            assert answer["rooms"][name]["error"]["code"] == "not_found"
        time.sleep(1.5)
        assert client.refused("resume", ["x"]) == "bad_request"
        assert client.refused("sendTyping", {"ticketId": str(foreign.pk), "isTyping": True}) == "not_found"
        say(f"ticket:{foreign.pk}", f"ticket-staff:{foreign.pk}")
        time.sleep(0.3)
        assert {frame.get("room", "") for frame in client.frames} <= {"", *before}


# --- A4


def test_a4_a_cookie_socket_needs_a_known_origin_and_a_bearer_socket_refuses_a_foreign_one(committed_cast, web):
    cast = committed_cast
    cookie, token = cookie_of(cast.agent), token_of(cast.agent)
    admin = "/support/admin"
    with Client(web, path=admin, headers=cookie | {"Origin": OURS}) as let_in:
        assert let_in.event("ready")["data"]["expiresAt"] is None
    for headers in (cookie, cookie | {"Origin": FOREIGN}, cookie | {"Origin": "null"}):
        with Client(web, path=admin, headers=headers) as refused:
            assert refused.closed() == 4403
            assert refused.named("ready") == []
    with Client(web, headers=cookie | {"Origin": OURS}) as cookie_alone:
        cookie_alone.send("joinTicket", "1")
        assert cookie_alone.closed() == 4401
    with Client(web, path=admin, headers={"Origin": OURS}) as no_cookie:
        assert no_cookie.closed() == 4401
    with Client(web, path=admin, headers={"Origin": OURS}, token=token) as bearer_there:
        assert bearer_there.closed() == 4401
    with Client(web, token, headers={"Origin": FOREIGN}) as foreign:
        assert foreign.closed() == 4403
    with Client(web, headers={"Origin": FOREIGN}, subprotocols=subprotocols(token)) as foreign:
        assert foreign.closed() == 4403
    with Client(web, token, headers={"Origin": OURS}) as ours, Client(web, token) as none:
        assert ours.event("ready")
        assert none.event("ready")
    with Client(web, token, headers={"Origin": web.site}) as same_host:
        assert same_host.event("ready")


def test_a4_socketio_refuses_a_foreign_origin_in_both_transports(committed_cast, web):
    import httpx

    for origin, status in ((FOREIGN, 400), (OURS, 200), (None, 200)):
        headers = {"Origin": origin} if origin else {}
        answer = httpx.get(f"{web.site}/socket.io/?EIO=4&transport=polling", headers=headers)
        assert answer.status_code == status
        if status == 400:
            with pytest.raises(InvalidStatus):
                Client(web, path=ENGINE, headers=headers, reads=False)
        else:
            Client(web, path=ENGINE, headers=headers, reads=False).close()


def test_a4_a_cookie_socket_waits_for_a_required_second_factor(committed_cast):
    cast = committed_cast
    with Web(STAFF_SECOND_FACTOR="required", REALTIME_RECHECK_SECONDS="5") as web:
        headers = cookie_of(cast.agent) | {"Origin": OURS}
        with Client(web, path="/support/admin", headers=headers) as barred:
            assert barred.closed() == 4401
            assert barred.named("ready") == []
        device = TOTPDevice.objects.create(user=cast.agent, name="app", confirmed=True)
        with Client(web, path="/support/admin", headers=headers) as let_in:
            let_in.event("ready")
            device.delete()
            assert let_in.closed(12) == 4401


def test_a4_signing_out_of_the_back_office_closes_its_socket(committed_cast):
    cast = committed_cast
    with Web(REALTIME_RECHECK_SECONDS="5") as web:
        cookie = cookie_of(cast.agent)
        with Client(web, path="/support/admin", headers=cookie | {"Origin": OURS}) as client:
            client.event("ready")
            SessionStore(cookie["Cookie"].partition("=")[2]).delete()
            assert client.closed(12) == 4401


# --- A5, A6: typing


def test_a5_a_customer_hears_nothing_of_notes_and_of_notes_being_typed(committed_cast, web_pair):
    cast = committed_cast
    ticket = opened(cast.customer)
    one, other = web_pair
    with (
        Client(one, token_of(cast.customer)) as customer,
        Client(other, token_of(cast.agent)) as agent,
        Client(one, token_of(cast.colleague)) as colleague,
    ):
        for client in (customer, agent, colleague):
            client.done("joinTicket", str(ticket.pk))
        time.sleep(0.3)  # signals reach other processes once the room is subscribed there
        before = len(customer.frames)
        note = {"ticketId": str(ticket.pk), "isTyping": True, "isInternal": True}
        agent.done("sendTyping", note)
        add_message(ticket.pk, NewMessage("Ask the warehouse.", is_internal=True), by=cast.agent)
        agent.done("sendTyping", {**note, "isTyping": False})
        assert colleague.event("typing:start")["data"] == {
            "ticketId": str(ticket.pk),
            "userId": str(cast.agent.pk),
            "name": cast.agent.name,
            "expiresIn": 8,
        }
        assert colleague.event("typing:stop")
        assert colleague.event("ticket:message")["data"]["isInternal"]
        time.sleep(0.5)
        assert [frame for frame in customer.frames[before:] if frame["event"] != "hb"] == []
        time.sleep(2)
        agent.done("sendTyping", [str(ticket.pk), True])
        assert customer.event("typing:start")["data"]["name"] == cast.agent.name
        assert agent.named("typing:start") == []


def test_a6_typing_of_a_client_that_vanished_stops_within_ten_seconds(committed_cast, web):
    cast = committed_cast
    ticket = opened(cast.customer)
    with Client(web, token_of(cast.agent)) as agent:
        agent.done("joinTicket", str(ticket.pk))
        for vanish in ("cut", "silent"):
            customer = Client(web, token_of(cast.customer))
            customer.done("joinTicket", str(ticket.pk))
            customer.done("typing:start", {"ticketId": str(ticket.pk)})
            wait_until(lambda: len(agent.named("typing:start")) > len(agent.named("typing:stop")))
            begun = time.monotonic()
            if vanish == "cut":
                customer.cut()
            wait_until(lambda: len(agent.named("typing:start")) == len(agent.named("typing:stop")), 10)
            report(f"{vanish}: stopped after {time.monotonic() - begun:.1f} s")
            customer.close()


# --- Limits


def test_too_many_actions_are_refused_and_then_the_socket_is_closed(committed_cast, web):
    with Client(web, token_of(committed_cast.customer)) as client:
        client.event("ready")
        for number in range(60):
            client.send("pong", ref=number)
        assert client.closed() == 4429
        acks = client.named("ack")
        assert 30 <= sum(ack["ok"] for ack in acks) <= 40
        refused = [ack["error"] for ack in acks if not ack["ok"]]
        assert refused[0]["code"] == "rate_limited"
        assert refused[0]["retryAfter"] > 0


def test_frames_that_cannot_be_read_are_answered_and_do_not_close(committed_cast, web):
    with Client(web, token_of(committed_cast.customer)) as client:
        client.event("ready")
        for content, code in (
            ("{", "bad_frame"),
            ("[]", "bad_frame"),
            ("x" * 70_000, "too_large"),
            (b"\xff", "bad_frame"),
        ):
            client.socket.send(content)
            assert client.wait(lambda frame, code=code: frame["event"] == "error" and frame["data"]["code"] == code)
        assert client.refused("nonsense") == "unknown_action"
        assert client.done("pong") == {}


def test_a_frame_that_is_far_too_large_ends_the_connection_before_it_is_read(committed_cast, web):
    with Client(web, token_of(committed_cast.customer)) as client:
        client.event("ready")
        with contextlib.suppress(ConnectionClosed):
            client.socket.send("x" * 200_000)
        assert client.closed() in {1006, 1009}
        assert client.named("error") == []


def test_sockets_and_rooms_are_counted(committed_cast):
    cast = committed_cast
    tickets = [opened(cast.customer) for _ in range(4)]
    with Web(REALTIME_SOCKETS_PER_USER="3", REALTIME_ROOMS_PER_SOCKET="4") as web:
        token = token_of(cast.customer)
        first, *others = [Client(web, token) for _ in range(3)]
        for client in (first, *others):
            client.event("ready")
        with Client(web, token) as fourth:
            assert fourth.closed() == 4429
        others[0].close()
        wait_until(lambda: _opens(web, token), 5)
        assert [first.act("joinTicket", str(ticket.pk))["ok"] for ticket in tickets] == [True, True, True, False]
        assert first.refused("joinTicket", str(tickets[3].pk)) == "too_many_rooms"
        for client in (first, others[1]):
            client.close()


def _opens(web, token):
    with Client(web, token) as client:
        wait_until(lambda: client.frames, 5)
        return client.frames[0]["event"] == "ready"


def test_a_socket_that_never_says_who_it_is_is_closed(transactional_db, web):
    with Client(web) as silent:
        assert silent.closed(8) == 4401


def test_a_socketio_connection_on_which_nobody_signs_in_is_closed(transactional_db):
    limits = {"REALTIME_AUTH_SECONDS": "1", "REALTIME_PLACE_WAIT_SECONDS": "0"}
    with Web(**limits) as web, Client(web, path=ENGINE, reads=False) as silent:
        silent.socket.recv()
        with pytest.raises(ConnectionClosed):
            silent.socket.recv(timeout=6)
