"""Every event fits its schema with no key too many, and old state + events = what REST says afterwards (S1 to S5)."""

from __future__ import annotations

import json
import string
import time
from functools import cache

import jsonschema
import orjson
import pytest
from django.core.management import call_command
from django.db import connection
from websockets.exceptions import ConnectionClosed

from accounts.operations import update_staff
from realtime.asyncapi import FILE, document
from realtime.registry import events
from tests import contract
from tests.api import Api, data
from tests.chat import acts as chats
from tests.realtime.acts import chances, report
from tests.realtime.acts import opened as opened_ticket
from tests.realtime.client import Client, token_of
from tests.realtime.node_client import NodeClient
from tests.realtime.servers import Web, wait_until
from tests.schema import Schema
from tests.soak import sized
from tests.tickets.acts import act, given, moved, noted, opened, replied, seen, thread
from tickets.operations import NewMessage, add_message, update_ticket

STAFF_ROOMS = {"ticket-staff", "queue"}
# These follow from the messages, which are events of their own, and from the events themselves.
DERIVED = dict.fromkeys(["realtime", "messageCount", "lastMessageAt", "staffUpdatedAt"])


@cache
def schema_of(message):
    return Schema(document()["components"]["messages"][message]["payload"] | {"components": document()["components"]})


def check(event, audience, frame):
    """AssertionError for a frame that its schema does not know to the last key."""
    problem = schema_of(f"{event.replace(':', '.')}.{audience}").problem(frame)
    assert problem == "", f"{event} for {audience}: {problem}"


class Log:
    """The events of a test's transaction, as sockets would get them."""

    def __init__(self, customers):
        self.customers = {str(pk) for pk in customers}
        self.seen = 0
        self.names = set()

    def audience(self, room):
        prefix, _colon, ref = room.partition(":")
        if prefix == "user":
            return "customer" if ref in self.customers else "staff"
        return "staff" if prefix in STAFF_ROOMS else "customer"

    def news(self):
        """Return what was emitted since the last look, checked."""
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute(
                "select event, room, seq, event_id, data::text, at, ord from rt_event where ord > %s order by ord",
                [self.seen],
            )
            rows = cursor.fetchall()
        found = []
        for event, room, seq, event_id, text, at, self.seen in rows:
            frame = {"v": 1, "event": event, "id": str(event_id), "room": room, "seq": seq}
            frame |= {"at": at.isoformat().replace("+00:00", "Z"), "data": json.loads(text)}
            check(event, self.audience(room), frame)
            self.names.add(event)
            found.append(frame)
        return found


def apply(state, messages, frames, rooms):
    """Return what a client keeps: the newest form of the ticket, and messages by id."""
    for frame in frames:
        if frame["room"] not in rooms:
            continue
        if frame["event"] == "ticket:message":
            messages[frame["data"]["id"]] = frame["data"]
        elif frame["event"].startswith("ticket:") and frame["data"]["id"] == state["id"]:
            state = frame["data"]
    return state, messages


def test_s1_s2_events_fit_their_schemas_and_converge_on_what_rest_says(cast):
    log = Log([cast.customer.pk, cast.stranger.pk, cast.guest.pk])
    ticket = opened(cast.customer, priority="high")
    log.news()
    steps = {
        "reply": lambda: replied(cast.agent, ticket),
        "note": lambda: noted(cast.agent, ticket),
        "answer": lambda: replied(cast.customer, ticket, "Thank you."),
        "assign": lambda: given(cast.lead, ticket, cast.agent),
        "reassign": lambda: given(cast.lead, ticket, cast.colleague),
        "unassign": lambda: given(cast.lead, ticket, None),
        "tags": lambda: data(Api(cast.agent).patch(f"/tickets/{ticket['id']}", {"tags": ["vip"]})),
        "escalate": lambda: act(cast.agent, ticket, "escalate", {"reason": "Angry."}),
        "resolve": lambda: moved(cast.agent, ticket, "resolved"),
        "rate": lambda: act(cast.customer, ticket, "rate", {"rating": 5, "feedback": "Good."}),
        "close": lambda: act(cast.agent, ticket, "close"),
    }
    people = {"customer": (cast.customer, {f"ticket:{ticket['id']}"})}
    people["staff"] = (cast.manager, {f"ticket-staff:{ticket['id']}", "queue:tickets"})
    for name, step in steps.items():
        before = {
            kind: (seen(user, ticket), {row["id"]: row for row in thread(user, ticket)})
            for kind, (user, _rooms) in people.items()
        }
        step()
        frames = log.news()
        assert frames, f"{name} emitted nothing"
        for kind, (user, rooms) in people.items():
            state, messages = apply(*before[kind], frames, rooms)
            fresh = seen(user, ticket)
            assert {**state, **DERIVED} == {**fresh, **DERIVED}, (name, kind)
            assert messages.keys() == {row["id"] for row in thread(user, ticket)}, (name, kind)
    update_staff(cast.outsider.pk, changes={"role": "lead"}, by=cast.administrator)
    log.news()
    stored = {name for name, spec in events().items() if spec.stored}
    assert log.names >= {name for name in stored if name.startswith(("ticket:", "access:"))}


def test_s3_the_committed_contract_is_the_codes(db):
    call_command("asyncapi", "--check")
    committed = orjson.loads(FILE.read_bytes())
    assert committed == document()
    jsonschema.Draft202012Validator.check_schema({"components": committed["components"]})


def test_s3_a_missing_a_further_and_a_retyped_field_are_named():
    good = {"v": 1, "event": "presence:updated", "room": "queue:tickets", "at": "2026-11-22T10:00:00Z"}
    good["data"] = {"userId": "7", "online": True, "availability": "away"}
    check("presence:updated", "staff", good)
    for bad in (
        {**good, "data": {"userId": "7", "online": True}},
        {**good, "data": {**good["data"], "more": 1}},
        {**good, "data": {**good["data"], "online": "yes"}},
        {**good, "seq": 1},
    ):
        with pytest.raises(AssertionError, match=r"presence:updated"):
            check("presence:updated", "staff", bad)


def test_s3_openapi_has_every_event_as_a_webhook_of_the_same_form():
    openapi = contract.document()
    assert openapi["webhooks"].keys() == events().keys()
    for name, spec in events().items():
        body = openapi["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]["schema"]
        told = {form["properties"]["data"]["$ref"] for form in body.get("anyOf", [body])}
        messages = document()["components"]["messages"]
        keys = [f"{name.replace(':', '.')}.{audience}" for audience in spec.forms]
        assert told == {messages[key]["payload"]["properties"]["data"]["$ref"] for key in keys}
        for reference in told:
            form = reference.rpartition("/")[2]
            assert openapi["components"]["schemas"][form].keys() == document()["components"]["schemas"][form].keys()


@pytest.mark.slow
@pytest.mark.node
def test_s4_both_transports_carry_the_same_data_and_it_is_what_rest_answers(committed_cast, web):
    cast = committed_cast
    ticket = opened_ticket(cast.customer)
    rest = {"customer": cast.customer, "staff": cast.agent}
    for kind, user in rest.items():
        token = token_of(user)
        with (
            Client(web, token) as plain,
            NodeClient(web, token) as bare,
            NodeClient(web, token, auth={"envelope": 1}) as enveloped,
        ):
            room = plain.done("joinTicket", str(ticket.pk))["room"]
            bare.done("joinTicket", str(ticket.pk))
            enveloped.done("joinTicket", str(ticket.pk))
            add_message(ticket.pk, NewMessage(f"For {kind}"), by=cast.agent)
            update_ticket(ticket.pk, changes={"priority": 2 if kind == "staff" else 3}, by=cast.agent)
            for event in ("ticket:message", "ticket:updated"):
                frame = plain.event(event)
                assert bare.event(event) == frame["data"]
                assert enveloped.event(event) == frame
                if frame["room"] == room:
                    check(event, kind, frame)
            fresh = data(Api(user).get(f"/tickets/{ticket.pk}"))
            plain.wait(lambda frame, now=fresh["version"]: frame["data"].get("version") == now)
            assert {**plain.named("ticket:updated")[-1]["data"], "realtime": None} == {**fresh, "realtime": None}
            messages = data(Api(user).get(f"/tickets/{ticket.pk}/messages"))
            assert plain.event("ticket:message")["data"] in messages


@pytest.mark.slow
def test_every_control_frame_and_ack_fits_its_schema(committed_cast, web):
    cast = committed_cast
    ticket = opened_ticket(cast.customer)
    with Client(web, token_of(cast.customer)) as client:
        client.done("joinTicket", str(ticket.pk))
        client.refused("joinTicket", "999999")
        client.act("resume", {"rooms": {f"ticket:{ticket.pk}": 99}})
        client.send("nonsense")
        for name, message in {"ready": "", "room:reset": "", "error": "", "ack": "ack"}.items():
            frame = client.event(name)
            schema = schema_of(message or f"control.{name.replace(':', '.')}")
            assert schema.problem(frame) == "", frame


@pytest.mark.slow
def test_what_is_written_over_the_socket_and_its_answers_fit_their_schemas(committed_cast, web):
    cast = committed_cast
    session = chats.active(cast.customer, cast.agent)["id"]
    first = chats.own_thread(cast.customer)[0]["id"]
    asked = [
        {"body": "x", "clientMessageId": "a"},
        {"body": "x", "clientMessageId": "a"},
        {"body": "y", "clientMessageId": "b", "lastSeenMessageId": first},
        {"body": "y", "clientMessageId": "b", "lastSeenMessageId": first, "force": True},
        {"body": "y", "clientMessageId": "c", "attachments": ["nothing"]},
        {"clientMessageId": "d", "quickReply": {"messageId": "1", "value": "x"}},
    ]
    codes = []
    for user, more in ((cast.customer, asked), (cast.agent, [{**asked[0], "isInternal": True}, *asked[2:4]])):
        with Client(web, token_of(user)) as client:
            client.event("ready")
            for each in more:
                frame = {"action": "sendMessage", "ref": 1, "data": {"sessionId": session, **each}}
                assert schema_of("action.sendMessage").problem(frame) == "", frame
                answer = client.act("sendMessage", frame["data"])
                assert schema_of("ack").problem(answer) == "", answer
                codes.append(answer["ok"] or answer["error"]["code"])
            for wrong in ({}, {"sessionId": session, "body": "x"}, [session], [session, "x", "e", "more"]):
                answer = client.act("sendMessage", wrong)
                assert schema_of("ack").problem(answer) == "", answer
                codes.append(answer["error"]["code"])
    refused = ["invalid", "invalid", "invalid", "bad_request"]
    customers = [True, True, "thread_moved", True, "invalid", "invalid", *refused]
    assert codes == [*customers, True, "thread_moved", True, *refused]


# --- S5


def _noise(chance, refs):
    kinds = [
        lambda: None,
        lambda: chance.random() < 0.5,
        lambda: chance.randrange(-(2**70), 2**70),
        lambda: chance.random() * 1e9,
        lambda: "".join(chance.choices(string.printable + "سلام\x00\u202e😀", k=chance.randrange(40))),
        lambda: chance.choice(refs),
        lambda: [_noise(chance, refs) for _ in range(chance.randrange(4))],
        lambda: {chance.choice([*KEYS, "x"]): _noise(chance, refs) for _ in range(chance.randrange(4))},
    ]
    return chance.choice(kinds)()


KEYS = ["ticketId", "sessionId", "isTyping", "since", "rooms", "token", "isInternal", "action", "ref", "data"]
KEYS += ["body", "clientMessageId", "quickReply", "messageId", "value", "attachments", "lastSeenMessageId", "force"]
NAMES = [
    "joinTicket",
    "leaveTicket",
    "resume",
    "sendTyping",
    "typing:start",
    "typing:stop",
    "pong",
    "viewing:start",
    "viewing:stop",
    "joinChat",
    "sendMessage",
    "ready",
]


HEADS = ["42/support,", "42/support,7", "4", "42", "45", "451-/support,", "44", "", "9", "2probe"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_s5_every_frame_of_noise_is_answered_or_ends_in_a_clean_close(committed_cast):
    cast = committed_cast
    chance = chances("s5")
    refs = [str(opened_ticket(cast.customer).pk), str(opened_ticket(cast.stranger).pk), "1", "", "*"]
    refs += [f"ticket:{refs[0]}", "queue:tickets", f"user:{cast.customer.pk}"]
    count = sized(600, 20_000)
    token = token_of(cast.customer)
    closed: dict[int, int] = {}
    answered = 0
    with Web(REALTIME_ACTIONS_PER_SECOND="100000", REALTIME_ACTIONS_BURST="100000") as web:
        client = Client(web, token)
        for number in range(count):
            frame = {"action": chance.choice(NAMES), "data": _noise(chance, refs), "ref": number}
            if chance.random() < 0.1:
                frame = _noise(chance, refs)
            content = json.dumps(frame)
            if chance.random() < 0.1:
                content = content[: chance.randrange(len(content) + 1)]
            try:
                client.socket.send(content.encode(errors="replace") if chance.random() < 0.1 else content)
            except ConnectionClosed:
                code = client.closed()
                closed[code] = closed.get(code, 0) + 1
                client = Client(web, token)
        time.sleep(1)
        answered = len(client.frames)
        assert client.act("pong")["ok"]
        client.close()
        report(f"{count} frames, {answered} answers on the last socket, closes {closed}")
        assert 1011 not in closed
        assert set(closed) <= {4400, 4401, 4403, 4429}
        assert web.tracebacks() == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_s5_noise_on_engine_io_is_survived_too(committed_cast, web):
    import httpx
    from websockets.sync.client import connect

    chance = chances("s5 engine.io")
    token = token_of(committed_cast.customer)
    for _ in range(sized(60, 2_000)):
        path = f"ws://127.0.0.1:{web.port}/socket.io/?EIO=4&transport=websocket"
        with connect(path, proxy=None) as socket:
            socket.recv()
            if chance.random() < 0.7:
                socket.send("40/support," + json.dumps({"token": token}))
                socket.recv()
            try:
                for _ in range(5):
                    body = json.dumps(_noise(chance, ["1"]))
                    head = chance.choice(HEADS)
                    socket.send(head + body if chance.random() < 0.8 else (head + body).encode())
            except ConnectionClosed:
                pass
    answer = httpx.get(f"{web.site}/socket.io/?EIO=4&transport=polling")
    sid = json.loads(answer.text[1:])["sid"]
    where = f"{web.site}/socket.io/?EIO=4&transport=polling&sid={sid}"
    assert httpx.post(where, content=b"4" * 70_000).status_code in {400, 413}
    wait_until(lambda: Client(web, token).act("pong")["ok"])
