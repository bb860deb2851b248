"""Places in a long queue: told at once, and then at most twice a second, the last move never left out."""

from __future__ import annotations

from chat import queue_positions
from core import stores
from tests.cast import customer
from tests.chat import acts
from tests.realtime.acts import doorbells


def test_a_burst_of_moves_in_a_long_queue_is_told_at_once_and_once_more(committed_cast, monkeypatch):
    monkeypatch.setattr(queue_positions, "AT_ONCE", 0)
    monkeypatch.setattr(queue_positions, "PAUSE_MILLISECONDS", 60_000)  # longer than a busy machine takes for this
    woken: list[str] = []
    monkeypatch.setattr(queue_positions, "wake", woken.append)
    stores.client().delete(queue_positions._PAUSE, queue_positions._LATER)
    told: list[dict[str, int]] = []

    def heard(batch):
        places = [message["data"] for _room, message in batch if message.get("event") == "chat:session:position"]
        if places:
            told.append(len(places))
        return [batch]

    people = [customer() for _ in range(4)]
    with doorbells(heard):
        for person in people:
            acts.waiting(person)
        assert told == [1]
        assert woken == ["chat.tell_positions"]
        monkeypatch.setattr(queue_positions, "PAUSE_MILLISECONDS", 1)
        queue_positions.tell_later()
        assert told == [1, 4]
    stores.client().delete(queue_positions._PAUSE)


def test_in_a_short_queue_every_move_is_told(committed_cast):
    told = []

    def heard(batch):
        told.extend(room for room, message in batch if message.get("event") == "chat:session:position")
        return [batch]

    people = [customer() for _ in range(3)]
    with doorbells(heard):
        chats = [acts.waiting(person) for person in people]
        acts.accepted(committed_cast.agent, chats[0])
    rooms = [f"chat:{chat['id']}" for chat in chats]
    assert told == [rooms[0], *rooms[:2], *rooms, *rooms[1:]]
