"""Places in a long queue: told at once, and then at most twice a second, the last move never left out."""

from __future__ import annotations

from chat import queue_positions
from core import stores
from tests.cast import customer
from tests.chat import acts
from tests.realtime.acts import signals_sent


def _positions(sent):
    """The rooms that each call told a position."""
    calls = [[signal["room"] for signal in call if signal["event"] == "chat:session:position"] for call in sent]
    return [rooms for rooms in calls if rooms]


def test_a_burst_of_moves_in_a_long_queue_is_told_at_once_and_once_more(committed_cast, monkeypatch):
    monkeypatch.setattr(queue_positions, "AT_ONCE", 0)
    monkeypatch.setattr(queue_positions, "PAUSE_MILLISECONDS", 60_000)  # longer than a busy machine takes for this
    woken: list[str] = []
    monkeypatch.setattr(queue_positions, "wake", woken.append)
    stores.client().delete(queue_positions._PAUSE, queue_positions._LATER)
    people = [customer() for _ in range(4)]
    with signals_sent() as sent:
        for person in people:
            acts.waiting(person)
        assert [len(places) for places in _positions(sent)] == [1]
        assert woken == ["chat.tell_positions"]
        monkeypatch.setattr(queue_positions, "PAUSE_MILLISECONDS", 1)
        queue_positions.tell_later()
        assert [len(places) for places in _positions(sent)] == [1, 4]
    stores.client().delete(queue_positions._PAUSE)


def test_in_a_short_queue_every_move_is_told(committed_cast):
    people = [customer() for _ in range(3)]
    with signals_sent() as sent:
        chats = [acts.waiting(person) for person in people]
        acts.accepted(committed_cast.agent, chats[0])
    rooms = [f"chat:{chat['id']}" for chat in chats]
    told = [room for places in _positions(sent) for room in places]
    assert told == [rooms[0], *rooms[:2], *rooms, *rooms[1:]]
