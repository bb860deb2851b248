"""docs/protocol: said by the real server, valid by the contract, followed by our own client (S3)."""

from __future__ import annotations

import json
from functools import cache

import pytest

from realtime.asyncapi import document
from realtime.errors import MESSAGES, Refused
from tests.cast import customer
from tests.realtime.acts import forget, opened
from tests.realtime.client import Client, subprotocols, token_of
from tests.realtime.fixtures import FOLDER, Recorded, Stable
from tests.realtime.node_client import NodeClient, replayed
from tests.realtime.servers import wait_until
from tests.schema import Schema
from tickets.operations import NewMessage, add_message, update_ticket

pytestmark = pytest.mark.slow
CLOSE_CODES = {
    "4400": ["protocol", "mend the cause"],
    "4401": ["sign in", "fetch a fresh token, then connect"],
    "4403": ["forbidden", "do not connect again as this person or from this page"],
    "4429": ["too much", "connect after a delay that grows, from 10 s"],
    "4408": ["too slow", "connect after a random delay, and resume"],
    "1012": ["restart", "connect after a random delay, and resume"],
    "1013": ["try later", "connect after a random delay, and resume"],
    "1009": ["a frame far too large", "mend the cause"],
    "1006": ["connection lost", "connect after a random delay, and resume"],
}


@pytest.fixture
def scene(committed_cast, web):
    """A customer with a name, his ticket, and the values that stand for theirs."""
    person = customer("Sara", "en")
    ticket = opened(person)
    stable = Stable()
    stable._id(str(person.pk))
    stable._id(str(ticket.pk))
    return committed_cast, person, ticket, stable


@cache
def schema(key):
    return Schema(document()["components"]["messages"][key]["payload"] | {"components": document()["components"]})


def check(recorded):
    """Every frame of both sides fits one message of the contract."""
    messages = document()["components"]["messages"]
    for frame in recorded.frames("server"):
        name = frame["event"]
        keys = [key for key in messages if messages[key]["name"] == name and not key.startswith("action.")]
        assert any(schema(key).fits(frame) for key in keys), frame
    for frame in recorded.frames("client"):
        key = f"action.{frame['action'].replace(':', '.')}"
        if key in messages and not recorded.name.startswith("errors"):
            assert schema(key).fits(frame), frame


def finish(recorded):
    check(recorded)
    recorded.compare()


def test_s3_handshake(scene, web):
    _cast, person, _ticket, stable = scene
    token = token_of(person)
    recorded = Recorded("handshake", "Three ways to say who one is, and a token that is not taken.", stable)
    with Client(web, token) as client:
        recorded.connected(client, "header Authorization: Bearer <access token>")
    with Client(web, subprotocols=subprotocols(token)) as client:
        recorded.connected(client, "subprotocols support.v1, bearer.<access token>; support.v1 is answered")
    with Client(web) as client:
        recorded._seen = 0
        recorded.steps.append({"connect": {"path": "/support", "credential": "first frame, within 5 s"}})
        recorded.sent(client, "auth", {"token": token}, ref=1)
    with Client(web, "nonsense") as client:
        recorded._seen = 0
        recorded.steps.append({"connect": {"path": "/support", "credential": "header with a bad token"}})
        recorded.closed(client)
    finish(recorded)


def test_s3_join_and_events(scene, web):
    cast, person, ticket, stable = scene
    recorded = Recorded("join-and-events", "A room is joined, its events come, it is left.", stable)
    room = f"ticket:{ticket.pk}"
    with Client(web, token_of(person)) as client:
        recorded.connected(client)
        recorded.sent(client, "joinTicket", {"ticketId": str(ticket.pk)}, ref=1)
        add_message(ticket.pk, NewMessage("We look into it."), by=person)
        client.wait_seq(room, 2)  # the message, and the ticket that it changed
        update_ticket(ticket.pk, changes={"priority": 3}, by=cast.agent)
        client.wait_seq(room, 3)
        recorded.hear(client)
        recorded.sent(client, "sendTyping", {"ticketId": str(ticket.pk), "isTyping": True}, ref=2)
        recorded.sent(client, "leaveTicket", {"ticketId": str(ticket.pk)}, ref=3)
    finish(recorded)


def test_s3_resume(scene, web):
    _cast, person, ticket, stable = scene
    room = f"ticket:{ticket.pk}"
    recorded = Recorded("resume", "What came while one was away is sent again, in order, before the answer.", stable)
    with Client(web, token_of(person)) as client:
        recorded.connected(client)
        recorded.sent(client, "joinTicket", {"ticketId": str(ticket.pk)}, ref=1)
    for line in ("One", "Two"):
        add_message(ticket.pk, NewMessage(line), by=person)
    with Client(web, token_of(person)) as client:
        recorded.connected(client)
        recorded.sent(client, "resume", {"rooms": {room: 0}}, ref=1)
        assert client.seqs(room) == [1, 2, 3, 4]  # each message, and the ticket that it changed
    with Client(web, token_of(person)) as client:
        recorded.connected(client)
        recorded.sent(client, "joinTicket", {"ticketId": str(ticket.pk), "since": 2}, ref=1)
        assert client.seqs(room) == [3, 4]
    finish(recorded)


def test_s3_reset(scene, web):
    _cast, person, ticket, stable = scene
    room = f"ticket:{ticket.pk}"
    recorded = Recorded("reset", "A number the log cannot go on from: fetch by REST, then go on from `seq`.", stable)
    for line in ("One", "Two", "Three"):
        add_message(ticket.pk, NewMessage(line), by=person)
    forget(room, up_to=2)
    with Client(web, token_of(person)) as client:
        recorded.connected(client)
        recorded.sent(client, "joinTicket", {"ticketId": str(ticket.pk), "since": 0}, ref=1)
        add_message(ticket.pk, NewMessage("Four"), by=person)
        client.wait_seq(room, 4)
        recorded.hear(client)
    finish(recorded)


def test_s3_errors(scene, web):
    cast, person, _ticket, stable = scene
    foreign = opened(cast.stranger)
    recorded = Recorded("errors", "Refusals: with a ref as its answer, without one as `error`.", stable)
    with Client(web, token_of(person)) as client:
        recorded.connected(client)
        for ref, (action, argument) in enumerate(
            [("joinTicket", {"ticketId": "999999999"}), ("joinTicket", {"ticketId": str(foreign.pk)}),
             ("joinTicket", []), ("resume", {"rooms": ["x"]}), ("nonsense", None)], start=1,
        ):  # fmt: skip
            answer = recorded.sent(client, action, argument, ref=ref)
            assert answer is not None
            assert not answer["ok"]
        recorded.sent(client, "nonsense")
        client.event("error")
        recorded.hear(client)
        for content in ("{", "x" * 70_000):
            recorded.steps.append({"client-text": content if len(content) < 10 else "70,000 bytes"})
            before = len(client.named("error"))
            client.socket.send(content)
            wait_until(lambda before=before: len(client.named("error")) > before)
            recorded.hear(client)
    finish(recorded)


def test_s3_codes():
    """Every error's code with its words, every close code with what to do."""
    errors = {code: Refused(code).said("en")["message"] for code in MESSAGES}
    told = json.dumps({"errors": errors, "closeCodes": CLOSE_CODES}, indent=2) + "\n"
    file = FOLDER / "codes.json"
    from tests.realtime.fixtures import WRITE

    if WRITE:
        file.write_text(told)
    assert json.loads(file.read_text()) == json.loads(told)
    from realtime import errors

    codes = {str(value) for name, value in vars(errors).items() if name.startswith("CLOSE_")}
    assert codes == CLOSE_CODES.keys() - {"1006", "1009"}


@pytest.mark.node
def test_s3_socketio(scene, web):
    """The same on Socket.IO, as a client with and one without envelope hears it."""
    _cast, person, ticket, stable = scene
    token = token_of(person)
    steps = []
    for auth in ({}, {"envelope": 1, "since": {f"ticket:{ticket.pk}": 0}}):
        with NodeClient(web, token, auth=auth) as client:
            steps.append({"connect": {"namespace": "/support", "auth": stable({"token": token, **auth})}})
            client.event("ready")
            answer = client.ask("joinTicket", str(ticket.pk))
            if not auth:
                add_message(ticket.pk, NewMessage("We look into it."), by=person)
            client.event("ticket:message")
            steps.append({"emit": ["joinTicket", stable(str(ticket.pk), "ticketId")], "ack": stable(answer)})
            if auth:
                client.event("resumed")
            heard = [[said["event"], *said["args"]] for said in client.said if said["kind"] == "event"]
            steps += [{"on": stable(one)} for one in heard if one[0] in {"ready", "resumed", "ticket:message"}]
    with NodeClient(web, "nonsense", wait=False) as client:
        refused = client.wait("connect_error")
        steps.append({"connect": {"namespace": "/support", "auth": {"token": "nonsense"}}})
        steps.append({"connect_error": {"message": refused["message"], "data": refused["data"]}})
    recorded = Recorded(
        "socketio", "The same frames on Socket.IO: `data` alone, or with `envelope: 1` the whole.", stable
    )
    recorded.steps = steps
    recorded.compare()


@pytest.mark.node
@pytest.mark.parametrize("name", ["join-and-events", "resume", "reset"])
def test_s3_our_client_understands_the_published_frames(name):
    """The fixture's server side told to realtime.js by a socket of paper: what it hears, and where its cursors end."""
    steps = json.loads((FOLDER / f"{name}.json").read_text())["steps"]
    told = replayed(steps)
    frames = [step["server"] for step in steps if "server" in step]
    events = {(frame["room"], frame["seq"]) for frame in frames if frame.get("seq")}
    heard = [(one["room"], one["seq"]) for one in told["heard"] if one.get("seq")]
    assert sorted(heard) == sorted(events), "each once"
    assert told["reset"] == [frame["data"] for frame in frames if frame["event"] == "room:reset"]
    for room in {room for room, _seq in events}:
        left = any(step.get("client", {}).get("action", "").startswith("leave") for step in steps)
        expected = None if left and room.startswith("ticket:") else max(seq for where, seq in events if where == room)
        assert told["cursors"].get(room) == expected
