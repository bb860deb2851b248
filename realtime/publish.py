"""emit(): event rows in the operation's own transaction; numbers are given by the database at commit."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Subquery

from core import clock
from core.after_commit import after_commit
from core.ids import new_id
from core.jsonb import jsonb_text
from core.operation import Insert, Row, Then, write_later
from core.prepared import execute
from realtime import log, notifier
from realtime.models import Room
from realtime.registry import events


def _ring(numbered: list[tuple[Any, ...]], written: list[Row]) -> None:
    events = {event_id: (str(event_id), event, log.at_text(at)) for _id, event_id, _room, event, _data, at in written}
    stored = []
    for room, seq, event_id, data in numbered:
        name, event, at = events[event_id]
        stored.append(log.Stored(room, seq, name, event, data, at))
    notifier.ring(stored)


_INSERT = Insert(
    """
    insert into rt_event (id, event_id, room, event, data, at)
    select id, event_id, room, event, data::jsonb, at from {rows} order by n
    """,
    "id uuid, event_id uuid, room text, event text, data text, at timestamptz",
    numbered=True,
    then=Then(lambda rows: log.given_numbers({row[1] for row in rows}), _ring),
)


def emit(event: str, forms: Mapping[str, Mapping[str, Any]]) -> None:
    """Store one event for every room of `forms` (room name → the data in that room's form).

    Joins the current operation (RuntimeError outside one). ValueError for an event that is not registered or a room
    that its registration does not name.
    """
    spec = events().get(event)
    if spec is None:
        raise ValueError(f"The event {event} is not registered.")
    event_id = new_id()
    now = clock.now()
    dumped: dict[int, str] = {}
    for room, data in forms.items():
        if room.partition(":")[0] not in spec.rooms:
            raise ValueError(f"The event {event} does not go to {room}.")
        if id(data) not in dumped:
            dumped[id(data)] = jsonb_text(data)
        write_later(_INSERT, (new_id(), event_id, room, event, dumped[id(data)], now))


def signal(event: str, forms: Mapping[str, Mapping[str, Any]]) -> None:
    """Tell the rooms of `forms` something that is not stored and may be lost, once the transaction has committed.

    ValueError for an event that is not registered, is stored, or does not go to such a room.
    """
    after_commit(notifier.publish, signals(event, forms))


def signals(event: str, forms: Mapping[str, Mapping[str, Any]]) -> list[notifier.Message]:
    """What `signal` tells, for who publishes it himself."""
    spec = events().get(event)
    if spec is None or spec.stored or any(room.partition(":")[0] not in spec.rooms for room in forms):
        raise ValueError(f"The event {event} is not registered as a signal to {', '.join(forms)}.")
    message = {"type": notifier.SIGNAL, "event": event, "at": log.at_text(clock.now())}
    if len(forms) > 1:  # who is in several of the rooms hears it once
        message["once"] = new_id().hex
    return [(room, {**message, "room": room, "data": jsonb_text(data)}) for room, data in forms.items()]


def heads(rooms: list[str]) -> dict[str, int]:
    """The latest number of each room; 0 for a room without events. Read it before the data it stands beside."""
    found: dict[str, int] = dict(execute("select key, seq from rt_room where key = any(%s::text[])", [rooms]))
    return {room: found.get(room, 0) for room in rooms}


def head_of(room: str) -> Subquery:
    """The same for one room inside a query, which reads it at the moment of its other data; null without events."""
    return Subquery(Room.objects.filter(pk=room).values("seq"))
