"""emit(): event rows in the operation's own transaction; numbers are given by the database at commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core import clock
from core.ids import new_id
from core.jsonb import jsonb_text
from core.operation import Insert, write_later
from realtime import log, notifier
from realtime.registry import EventSpec, events

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


@dataclass(frozen=True)
class Shown:
    """A thing that the members of a room are told of in the form that the event declares for their audience."""

    audience: str
    thing: Any


Forms = Mapping[str, Shown | Mapping[str, Any]]
"""What each room is told: a thing to be shown, or the data as it stands."""


def emit(event: str, forms: Forms) -> None:
    """Store one event for every room of `forms`.

    Joins the current operation (RuntimeError outside one). ValueError for an event that is not registered or a room
    that its registration does not name.
    """
    spec = events().get(event)
    if spec is None:
        raise ValueError(f"The event {event} is not registered.")
    wrong = [room for room in forms if room.partition(":")[0] not in spec.rooms]
    if wrong:
        raise ValueError(f"The event {event} does not go to {wrong[0]}.")
    event_id, now = new_id(), clock.now()
    for room, data in _dumped(spec, forms).items():
        write_later(_INSERT, (new_id(), event_id, room, event, data, now))


def signal(event: str, forms: Forms) -> None:
    """Send the rooms of `forms` a signal when the transaction commits; it is not stored and may be lost.

    ValueError for an event that is not registered, is stored, or does not go to such a room.
    """
    spec = events().get(event)
    if spec is None or spec.stored or any(room.partition(":")[0] not in spec.rooms for room in forms):
        raise ValueError(f"The event {event} is not registered as a signal to {', '.join(forms)}.")
    message = {"event": event, "at": log.at_text(clock.now())}
    if len(forms) > 1:  # who is in several of the rooms hears it once
        message["once"] = new_id().hex
    notifier.notify_signals([{**message, "room": room, "data": data} for room, data in _dumped(spec, forms).items()])


def _dumped(spec: EventSpec, forms: Forms) -> dict[str, str]:
    """Return the JSON for each room; what several rooms are told alike is made once."""
    made: dict[tuple[str, int], str] = {}
    found = {}
    for room, told in forms.items():
        audience, thing = (told.audience, told.thing) if isinstance(told, Shown) else ("", told)
        key = audience, id(thing)
        if key not in made:
            made[key] = jsonb_text(spec.data_of(audience, thing) if audience else thing)
        found[room] = made[key]
    return found
