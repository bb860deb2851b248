"""Numbers of events: gapless in each room, in the order of commits, undone with their transaction."""

import time

import pytest
from django.db import connection, transaction

from core.operation import attempt, operation_scope
from realtime.log import latest_seqs
from realtime.models import Event, Room
from realtime.publish import emit
from tests.api import data
from tests.undone import undone


def _emit(*rooms: str, **values: object) -> None:
    emit("ticket:updated", dict.fromkeys(rooms, values))


def _numbers(room: str) -> list[tuple[int, object]]:
    return [(event.seq, event.data.get("n")) for event in Event.objects.filter(room=room).order_by("seq")]


@pytest.mark.usefixtures("transactional_db")
class TestCommitted:
    def test_each_room_counts_from_one_in_the_order_of_emission(self):
        for first in (0, 2):
            with operation_scope():
                _emit("ticket:1", "queue:tickets", n=first)
                _emit("ticket:1", n=first + 1)
        assert _numbers("ticket:1") == [(1, 0), (2, 1), (3, 2), (4, 3)]
        assert _numbers("queue:tickets") == [(1, 0), (2, 2)]
        assert latest_seqs(["ticket:1", "queue:tickets", "ticket:99"]) == {
            "ticket:1": 4,
            "queue:tickets": 2,
            "ticket:99": 0,
        }

    def test_one_event_in_several_rooms_shares_its_id(self):
        with operation_scope():
            _emit("ticket:1", "ticket-staff:1")
        rows = list(Event.objects.all())
        assert len({row.event_id for row in rows}) == 1
        assert len({row.id for row in rows}) == 2

    def test_i7_a_rolled_back_transaction_leaves_no_row_and_no_number(self):
        with operation_scope():
            _emit("ticket:1")
        with undone(operation_scope()):
            _emit("ticket:1", "ticket:2")
        with undone(transaction.atomic()), operation_scope():
            _emit("ticket:1", "ticket:2")
        assert list(Room.objects.values_list("key", "seq")) == [("ticket:1", 1)]
        assert Event.objects.count() == 1
        with operation_scope():
            _emit("ticket:1")
        assert [seq for seq, _ in _numbers("ticket:1")] == [1, 2]

    def test_i7_a_savepoint_that_is_undone_leaves_no_number(self):
        with operation_scope():
            _emit("ticket:1", n=1)
            with undone(attempt()):
                _emit("ticket:1", "ticket:2", n=2)
            _emit("ticket:1", n=3)
        assert _numbers("ticket:1") == [(1, 1), (2, 3)]
        assert not Room.objects.filter(key="ticket:2").exists()

    def test_the_payload_shows_the_head_that_its_room_has_after_the_commit(self):
        shown = {"realtime": {"room": "ticket-staff:1", "seq": -1}}
        with operation_scope():
            emit("ticket:updated", {"queue:tickets": shown})
        with operation_scope():
            emit("ticket:updated", {"ticket-staff:1": shown, "queue:tickets": shown})
            emit("ticket:updated", {"ticket-staff:1": shown})
        told = [event.data["realtime"]["seq"] for event in Event.objects.order_by("room", "seq")]
        assert told == [0, 2, 2, 2]  # of a room without events yet, and of one that has two now
        assert latest_seqs(["ticket-staff:1"]) == {"ticket-staff:1": 2}

    def test_a_thousand_events_in_one_transaction_commit_at_once(self):
        began = time.monotonic()
        with operation_scope():
            for number in range(500):
                _emit(f"ticket:{number % 7}", "queue:tickets", n=number)
        assert time.monotonic() - began < 2  # 0.05 s here; with a number asked for row by row it is quadratic
        assert _numbers("queue:tickets") == [(number + 1, number) for number in range(500)]

    def test_a_text_that_postgres_cannot_keep_is_kept_without_that(self):
        with operation_scope():
            _emit("ticket:1", text="a\x00b", code="\\u0000", half="\ud800")
        assert Event.objects.get().data == {"text": "ab", "code": "\\u0000", "half": "\ufffd"}


@pytest.mark.django_db
class TestRefused:
    def test_an_event_outside_an_operation_is_refused(self):
        with pytest.raises(RuntimeError):
            _emit("ticket:1")

    def test_an_event_nobody_registered_is_refused(self):
        with pytest.raises(ValueError, match="not registered"), operation_scope():
            emit("ticket:vanished", {"ticket:1": {}})

    def test_a_room_the_registration_does_not_name_is_refused(self):
        with pytest.raises(ValueError, match="does not go to chat:1"), operation_scope():
            _emit("chat:1")

    def test_a_number_is_given_once(self):
        """The second firing of the trigger, for another row of the same transaction, changes nothing."""
        with operation_scope():
            _emit("ticket:1", n=1)
            _emit("ticket:1", n=2)
        connection.check_constraints()
        connection.check_constraints()
        assert _numbers("ticket:1") == [(1, 1), (2, 2)]


def test_an_event_says_what_rest_answers_after_the_commit(committed_cast, api):
    """Its `realtime` too: a client that takes either one joins with the same number."""
    cast = committed_cast
    customer, agent = api(cast.customer), api(cast.agent)
    ticket = data(customer.post("/tickets", {"subject": "شاشة", "description": "نص"}), 201)
    path = f"/tickets/{ticket['id']}"
    for step in range(3):
        data(agent.post(f"{path}/messages", {"body": f"جواب {step}"}), 201)
        data(agent.patch(path, {"priority": ["high", "low", "normal"][step]}))
        for client, room in ((customer, f"ticket:{ticket['id']}"), (agent, f"ticket-staff:{ticket['id']}")):
            now = data(client.get(path))["realtime"]
            event = Event.objects.filter(room=room, event="ticket:updated").latest("seq")
            assert now == {"room": room, "seq": Room.objects.get(key=room).seq}
            assert event.data["realtime"] == now
