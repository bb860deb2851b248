"""emit(): event rows in the operation's own transaction; numbers are given by the database at commit."""

from collections.abc import Mapping
from typing import Any

from core import clock
from core.ids import new_id
from core.jsonb import jsonb_text
from core.operation import Insert, write_later
from realtime import log, notifier
from realtime.registry import events

_INSERT = Insert(
    f"""
    with written as (
      insert into rt_event (id, event_id, room, event, data, at)
      select id, event_id, room, event, data::jsonb, at from {{rows}} order by n
      returning room
    )
    select pg_notify('{notifier.NEWS}', room) from (select distinct room from written) as named
    """,
    "id uuid, event_id uuid, room text, event text, data text, at timestamptz",
    numbered=True,
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
    """Send the rooms of `forms` a signal when the transaction commits; it is not stored and may be lost.

    ValueError for an event that is not registered, is stored, or does not go to such a room.
    """
    spec = events().get(event)
    if spec is None or spec.stored or any(room.partition(":")[0] not in spec.rooms for room in forms):
        raise ValueError(f"The event {event} is not registered as a signal to {', '.join(forms)}.")
    message = {"event": event, "at": log.at_text(clock.now())}
    if len(forms) > 1:  # who is in several of the rooms hears it once
        message["once"] = new_id().hex
    notifier.notify_signals([{**message, "room": room, "data": jsonb_text(data)} for room, data in forms.items()])
