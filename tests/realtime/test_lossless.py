"""Nothing lost, nothing doubled, in order: the invariants of delivery (I3, I4, I6, I8 to I11)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection

from tests.api import Api, data
from tests.realtime.acts import chances, forget, head, notify, opened, report, say, unnotified
from tests.realtime.client import Client, token_of
from tests.realtime.node_client import NodeClient
from tests.realtime.servers import ROOT, Web, wait_until
from tests.soak import sized
from tickets.operations import NewMessage, add_message, update_ticket

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
RECONCILE_SECONDS = 3.0


@pytest.fixture
def room(committed_cast):
    return f"ticket:{opened(committed_cast.customer).pk}"


@pytest.fixture
def token(committed_cast):
    return token_of(committed_cast.customer)


def ref(room):
    return room.partition(":")[2]


class Background:
    """Events said by a thread while the test does something else."""

    def __init__(self, room, count, pause=0.01):
        self.room, self.count, self.pause = room, count, pause
        self.slowest = 0.0
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        for _ in range(self.count):
            started = time.monotonic()
            say(self.room)
            self.slowest = max(self.slowest, time.monotonic() - started)
            time.sleep(self.pause)
        connection.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *problem):
        self.thread.join()


def test_i3_a_plain_client_cut_at_random_applies_each_event_once_and_in_order(web, room, token):
    chance = chances("i3")
    applied, cuts = 0, 0
    with Background(room, sized(300, 10_000)) as saying:
        while saying.thread.is_alive() or applied < head(room):
            client = Client(web, token)
            client.send("joinTicket", {"ticketId": ref(room), "since": applied})
            time.sleep(chance.random() * 0.3)
            client.cut()
            client._thread.join()
            for seq in client.seqs(room):
                assert seq == applied + 1, (client.seqs(room), applied)
                applied += 1
            cuts += 1
    assert applied == head(room) == sized(300, 10_000)
    report(f"{applied} events over {cuts} connections")


@pytest.mark.node
def test_i3_a_socketio_client_cut_at_random_applies_each_event_once_and_in_order(web, room, token):
    chance = chances("i3 socket.io")
    applied, cuts = 0, 0
    with Background(room, sized(200, 5_000), pause=0.03) as saying:
        while saying.thread.is_alive() or applied < head(room):
            auth = {"envelope": 1, "since": {room: applied}}
            transports = chance.choice([["websocket"], ["polling"], ["polling", "websocket"]])
            with NodeClient(web, token, auth=auth, wait=False, transports=transports) as client:
                time.sleep(0.4 + chance.random())
            for frame in client.events("ticket:message"):
                assert frame["seq"] == applied + 1
                applied += 1
            cuts += 1
    assert applied == head(room) == sized(200, 5_000)
    report(f"{applied} events over {cuts} connections")


def test_i4_without_any_notification_every_event_arrives_within_the_reconcilers_period(web, room, token):
    with Client(web, token) as client, unnotified():
        client.done("joinTicket", ref(room))
        said = []
        for _ in range(sized(6, 100)):
            say(room)
            said.append(time.monotonic())
            time.sleep(0.7)
        client.wait_seq(room, len(said))
        assert client.seqs(room) == list(range(1, len(said) + 1))
        arrived = [
            moment for moment, frame in zip(client.times, client.frames, strict=False) if frame.get("room") == room
        ]
        late = max(there - here for here, there in zip(said, arrived, strict=True))
    report(f"latest after {late:.2f} s")
    assert late <= RECONCILE_SECONDS + 1


def test_i4_late_and_repeated_notifications_neither_double_nor_reorder(web, room, token):
    count, chance = sized(200, 5_000), chances("i4")
    with Client(web, token) as client, unnotified():
        client.done("joinTicket", ref(room))
        for _ in range(count):
            say(room)
            for _ in range(chance.choice([0, 0, 1, 3])):
                notify(room, "ticket:0", room)
        notify(room)
        client.wait_seq(room, count, 20)
        time.sleep(0.2)
        assert client.seqs(room) == list(range(1, count + 1))


KILLED = """
import os, signal, django
django.setup()
from tests.realtime.acts import say
say(os.environ["ROOM"])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_i6_a_publisher_killed_right_after_its_commit_loses_no_event(web, room, token):
    environment = {
        **os.environ,
        "DATABASE_URL": web.database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ROOM": room,
    }
    with Client(web, token) as client:
        client.done("joinTicket", ref(room))
        ended = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env=environment, check=False)
        died = time.monotonic()
        assert ended.returncode == -signal.SIGKILL
        client.wait_seq(room, 1)
        report(f"after {time.monotonic() - died:.2f} s")
        assert time.monotonic() - died <= 4


def test_i6_the_clients_of_a_killed_process_go_on_elsewhere_without_loss(web, room, token):
    count = sized(150, 3_000)
    with Web() as doomed:
        client = Client(doomed, token)
        client.done("joinTicket", ref(room))
        with Background(room, count, pause=0.005):
            client.wait_seq(room, count // 4, 60)
            os.kill(doomed.pid, signal.SIGKILL)
            client._thread.join()
            got = client.seqs(room)
            with Client(web, token) as next_one:
                next_one.done("joinTicket", {"ticketId": ref(room), "since": got[-1]})
                next_one.wait_seq(room, count, 60)
                assert got + next_one.seqs(room) == list(range(1, count + 1))


def test_i7_what_was_rolled_back_is_never_sent(web, room, token):
    from core.operation import attempt, operation_scope
    from realtime.publish import emit

    with Client(web, token) as client:
        client.done("joinTicket", ref(room))
        with operation_scope():
            with contextlib.suppress(ZeroDivisionError), attempt():
                emit("ticket:message", {room: {"body": "never"}})
                raise ZeroDivisionError
            emit("ticket:message", {room: {"body": "kept"}})
        client.wait_seq(room, 1)
        assert [frame["data"]["body"] for frame in client.of(room)] == ["kept"]
        assert head(room) == 1


@pytest.mark.parametrize("case", ["older than retention", "beyond the head", "too far behind", "emptied log"])
def test_i8_a_cursor_the_log_cannot_serve_gets_one_reset_and_then_live_events(web, room, token, case):
    for _ in range(5):
        say(room)
    since = {"older than retention": 1, "beyond the head": 99, "too far behind": 1, "emptied log": 2}[case]
    if case in {"older than retention", "emptied log"}:
        forget(room, up_to=3 if case == "older than retention" else 5)
    if case == "too far behind":
        with connection.cursor() as cursor:
            cursor.execute("update rt_room set seq = 9000 where key = %s", [room])
    now = head(room)
    with Client(web, token) as client:
        assert client.done("joinTicket", {"ticketId": ref(room), "since": since}) == {
            "room": room,
            "seq": now,
            "reset": True,
        }
        say(room)
        client.wait_seq(room, now + 1)
        assert [frame["data"] for frame in client.named("room:reset")] == [{"room": room, "seq": now}]
        assert client.seqs(room) == [now + 1]


def test_i9_a_snapshot_and_the_events_after_it_end_in_what_rest_says(committed_cast, web):
    cast = committed_cast
    ticket = opened(cast.customer)
    writes, joined = sized(80, 1_000), threading.Event()

    def write():
        for number in range(writes):
            if number == writes // 2:  # the second half comes to the socket, however fast the first was written
                joined.wait(20)
            if number % 3:
                add_message(ticket.pk, NewMessage(f"Line {number}", is_internal=number % 5 == 0), by=cast.agent)
            else:
                update_ticket(ticket.pk, changes={"tags": [f"t{number}"]}, by=cast.agent)
        connection.close()

    writing = threading.Thread(target=write)
    writing.start()
    time.sleep(0.3)
    path = f"/tickets/{ticket.pk}"
    state = data(Api(cast.agent).get(path))
    messages = {row["id"]: row for row in data(Api(cast.agent).get(f"{path}/messages?limit=100"))}
    with Client(web, token_of(cast.agent)) as client:
        time.sleep(0.3)
        client.done("joinTicket", {"ticketId": ref(f":{ticket.pk}"), "since": state["realtime"]["seq"]})
        joined.set()
        writing.join()
        room = f"ticket-staff:{ticket.pk}"
        client.wait_seq(room, head(room), 20)
        for frame in client.frames:  # through whichever of its rooms an event came first; never back in `version`
            if frame["event"] == "ticket:message":
                messages[frame["data"]["id"]] = frame["data"]
            elif frame["event"].startswith("ticket:") and frame["data"]["version"] >= state["version"]:
                state = frame["data"]
    fresh = data(Api(cast.agent).get(path))
    # These follow from the messages, which are events of their own.
    moved = dict.fromkeys(["realtime", "messageCount", "lastMessageAt", "staffUpdatedAt"])
    assert {**state, **moved} == {**fresh, **moved}
    assert len(messages) == fresh["messageCount"]


def test_i10_one_event_in_several_rooms_of_a_socket_is_one_event_frame(committed_cast, web_pair):
    cast = committed_cast
    ticket = opened(cast.customer)
    rooms = [f"ticket-staff:{ticket.pk}", "queue:tickets"]
    start = head("queue:tickets")
    clients = [Client(one, token_of(cast.agent)) for one in web_pair for _ in range(3)]
    for client in clients:
        client.done("joinTicket", str(ticket.pk))
    for number in range(20):
        say(*rooms[:1], body=f"only {number}")
        with_both(rooms, number)
    for client in clients:
        client.wait_seq("queue:tickets", start + 20)
        client.wait_seq(rooms[0], 40)
        ids = [frame["id"] for frame in client.frames if frame.get("id")]
        assert len(ids) == len(set(ids)) == 40
        assert client.seqs(rooms[0])[-1] == 40
        assert len(client.named("room:cursor")) == 20
        client.close()


def with_both(rooms, number):
    from core.operation import operation_scope
    from realtime.publish import emit

    with operation_scope():
        form = {"n": number}
        emit("ticket:updated", dict.fromkeys(rooms, form))


@pytest.mark.node
def test_i10_a_socketio_client_gets_the_same_event_once_too(committed_cast, web):
    cast = committed_cast
    ticket = opened(cast.customer)
    with NodeClient(web, token_of(cast.agent)) as client:
        client.done("joinTicket", str(ticket.pk))
        for number in range(10):
            with_both([f"ticket-staff:{ticket.pk}", "queue:tickets"], number)
        wait_until(lambda: len(client.events("ticket:updated")) >= 10)
        time.sleep(0.3)
        assert [data["n"] for data in client.events("ticket:updated")] == list(range(10))


def test_i11_no_frame_of_a_room_before_it_is_joined_or_after_it_is_left(web, room, token):
    with Client(web, token) as client, Background(room, sized(200, 3_000), pause=0.002) as saying:
        rounds = 0
        while saying.thread.is_alive():
            client.event("ready")
            before = len(client.frames)
            time.sleep(0.02)
            assert client.frames[before:] == [], "no frame of a room that was not joined"
            client.done("joinTicket", ref(room))
            time.sleep(0.02)
            client.done("leaveTicket", ref(room))
            left = len(client.frames)
            time.sleep(0.02)
            after = [frame for frame in client.frames[left:] if frame.get("room") == room]
            assert after == [], "no frame after the leave ack"
            rounds += 1
            time.sleep(0.15)
    assert rounds >= 2
