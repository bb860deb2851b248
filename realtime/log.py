"""Reading the event log: what happened in a room since a number, and how far each room has come.

`data` stays the JSON text that PostgreSQL answers, since nobody between the log and the wire looks into it.
"""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db.models import Subquery

from core.prepared import execute
from realtime.models import Room


@dataclass(frozen=True, slots=True)
class Stored:
    """One event of one room as the log keeps it; `data` is JSON text."""

    room: str
    seq: int
    event_id: str
    event: str
    data: str
    at: str


@dataclass(frozen=True, slots=True)
class News:
    """Hold what a room has after a number: its latest number, and the events that follow without a hole."""

    latest_seq: int
    events: list[Stored] = field(default_factory=list)


_AFTER = """
select named.room, coalesce(reached.seq, 0), e.seq, e.event_id, e.event, e.data::text, e.at
from unnest(%s::text[], %s::bigint[]) as named (room, seq)
left join rt_room reached on reached.key = named.room
left join lateral (
  select * from rt_event
  where rt_event.room = named.room and rt_event.seq > named.seq order by rt_event.seq limit %s::int
) e on reached.seq > named.seq
where coalesce(reached.seq, 0) <> named.seq
order by named.room, e.seq
"""


def after(seqs: Mapping[str, int], limit: int) -> dict[str, News]:
    """Return the news of those rooms whose latest number is not the given one, at most `limit` events a room."""
    found: dict[str, News] = {}
    for room, latest, seq, event_id, event, data, at in execute(_AFTER, [list(seqs), list(seqs.values()), limit]):
        news = found.setdefault(room, News(latest))
        if seq == seqs[room] + len(news.events) + 1:
            news.events.append(Stored(room, seq, str(event_id), event, data, at_text(at)))
    return found


def latest_seqs(rooms: Collection[str]) -> dict[str, int]:
    """Return the latest number of each room, 0 for a room without events. Read it before the data it stands beside."""
    found: dict[str, int] = dict(execute("select key, seq from rt_room where key = any(%s::text[])", [list(rooms)]))
    return {room: found.get(room, 0) for room in rooms}


def latest_seq_of(room: str) -> Subquery:
    """Return the same for one room as part of a query, which reads it at the moment of its other data; null for 0."""
    return Subquery(Room.objects.filter(pk=room).values("seq"))


def at_text(at: datetime.datetime) -> str:
    """Return a moment as it stands on the wire."""
    return at.astimezone(datetime.UTC).isoformat()[:-6] + "Z"
