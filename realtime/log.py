"""Reading the event log: what happened in a room since a number, and how far each room has come.

`data` stays the JSON text that PostgreSQL answers, since nobody between the log and the wire looks into it.
"""

import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

_COLUMNS = "select room, seq, event_id, event, data::text, at from rt_event"


@dataclass(frozen=True, slots=True)
class Stored:
    """One event of one room as the log keeps it; `data` is JSON text, None where a doorbell left it out."""

    room: str
    seq: int
    event_id: str
    event: str
    data: str | None
    at: str


def _rows(sql: str, params: Sequence[Any]) -> list[Stored]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return stored(cursor.fetchall())


def given_numbers(event_ids: Collection[uuid.UUID]) -> tuple[str, list[Any]]:
    """The query for what the commit made of these events: room, number, event and data, in the order of the numbers.

    One id is compared, since PostgreSQL plans a list anew each time.
    """
    one = len(event_ids) == 1
    which = "= %s" if one else "= any(%s::uuid[])"
    sql = (
        f"select room, seq, event_id, data::text from rt_event where event_id {which} and seq is not null order by seq"
    )
    return sql, list(event_ids) if one else [list(event_ids)]


def stored(rows: Iterable[tuple[Any, ...]]) -> list[Stored]:
    """The events that these rows are."""
    return [Stored(room, seq, str(event_id), event, data, at_text(at)) for room, seq, event_id, event, data, at in rows]


def at_text(at: datetime.datetime) -> str:
    """A moment as it stands on the wire."""
    return at.astimezone(datetime.UTC).isoformat()[:-6] + "Z"


def since(room: str, seq: int, limit: int) -> list[Stored]:
    """The room's events after a number, oldest first, at most `limit`."""
    return _rows(f"{_COLUMNS} where room = %s and seq > %s order by seq limit %s", [room, seq, limit])


def heads(rooms: Collection[str]) -> Mapping[str, int]:
    """The latest number of each room; 0 for a room without events."""
    with connection.cursor() as cursor:
        cursor.execute("select key, seq from rt_room where key = any(%s)", [list(rooms)])
        found = dict(cursor.fetchall())
    return {room: found.get(room, 0) for room in rooms}


def replay(room: str, seq: int, limit: int) -> tuple[int, list[Stored]]:
    """The room's head and its events after a number, the head read first.

    Ends at the first hole, which the caller sees by comparing the last number with the head.
    """
    head = heads([room])[room]
    rows = since(room, seq, limit) if head > seq else []
    return head, unbroken(rows, seq)


def unbroken(rows: Sequence[Stored], seq: int) -> list[Stored]:
    """The rows that follow on `seq` without a hole."""
    return [row for number, row in enumerate(rows, seq + 1) if row.seq == number]
