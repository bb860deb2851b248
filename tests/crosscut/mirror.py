"""A client that read some tickets once and follows their rooms since: what it holds must equal a fresh read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db import connection

from accounts.models import User
from realtime.registry import events
from tests.api import Api, data
from tests.contract import document
from tests.schema import Schema

_SINCE = """
select e.room, e.seq, e.event, e.data::text from rt_event e
join unnest(%s::text[], %s::bigint[]) as known (room, seq) on e.room = known.room and e.seq > known.seq
order by e.ord
"""


class Mirror:
    """Hold what one reader holds of tickets: moved by the events of their rooms alone."""

    def __init__(self, reader: User, *tickets: dict[str, Any]) -> None:
        self.api = Api(reader, language="ar")  # the site's language, which rooms that many read are in
        self.tickets: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, dict[str, Any]] = {}
        for ticket in tickets:
            self.follow(ticket["id"])

    def follow(self, ticket_id: str) -> None:
        """Read a ticket and its thread, as a page does before it joins the room."""
        self.tickets[ticket_id] = self._read(f"/tickets/{ticket_id}")
        self.messages |= {message["id"]: message for message in self._thread(ticket_id)}

    def catch_up(self) -> None:
        """Apply what came in the rooms since, as a client does: in the order of commits, each number once."""
        seqs = {ticket["realtime"]["room"]: ticket["realtime"]["seq"] for ticket in self.tickets.values()}
        rooms, after = list(seqs), list(seqs.values())
        with connection.cursor() as cursor:
            cursor.execute(_SINCE, [rooms, after])
            rows = cursor.fetchall()
        for room, seq, name, payload in rows:
            assert seq == seqs[room] + 1, f"a hole in {room}"
            seqs[room] = seq
            self._apply(name, json.loads(payload), seq)

    def _apply(self, name: str, payload: dict[str, Any], seq: int) -> None:
        if name == "ticket:message":
            self._message(payload, seq)
        else:
            assert name in {"ticket:updated", "ticket:assigned"}
            self.tickets[payload["id"]] = payload

    def _message(self, message: dict[str, Any], seq: int) -> None:
        """A message joins its thread; what it changed of the ticket comes as ticket:updated or ticket:assigned."""
        self.messages[message["id"]] = message
        ticket = {**self.tickets[message["ticketId"]]}
        ticket["realtime"] = {**ticket["realtime"], "seq": seq}
        self.tickets[message["ticketId"]] = ticket

    def differs(self) -> dict[str, Any]:
        """Return what a fresh read says otherwise; nothing, if every event said all it should."""
        found: dict[str, Any] = {}
        for ticket_id, held in self.tickets.items():
            fresh = self._read(f"/tickets/{ticket_id}")
            found |= {
                f"{ticket_id}.{name}": (held.get(name), fresh[name]) for name in fresh if held.get(name) != fresh[name]
            }
            thread = [message for message in self.messages.values() if message["ticketId"] == self._thread_of(held)]
            if sorted(thread, key=lambda message: int(message["id"])) != self._thread(ticket_id):
                found[f"{ticket_id}.thread"] = (thread, self._thread(ticket_id))
        return found

    def _thread_of(self, ticket: dict[str, Any]) -> str:
        """The ticket in whose thread a customer reads on: itself, or the one it was merged into."""
        into = ticket["mergedInto"] if "staffUpdatedAt" not in ticket else None
        return self._thread_of(self.tickets[into["id"]]) if into else str(ticket["id"])

    def _read(self, path: str) -> Any:
        return unsigned(data(self.api.get(path)))

    def _thread(self, ticket_id: str) -> list[dict[str, Any]]:
        return list(self._read(f"/tickets/{ticket_id}/messages?limit=100"))


def unsigned(value: Any) -> Any:
    """Without what a link is signed with: a reader and a time, which no event has."""
    if isinstance(value, dict):
        return {name: str(inner).split("?")[0] if name == "url" else unsigned(inner) for name, inner in value.items()}
    return [unsigned(inner) for inner in value] if isinstance(value, list) else value


def stored(room: str, after: int = 0) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The events of a room in order: number, name, data."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select seq, event, data::text from rt_event where room = %s and seq > %s order by seq", [room, after]
        )
        for seq, name, payload in cursor.fetchall():
            yield seq, name, json.loads(payload)


def latest() -> int:
    """The order of the last event of all rooms."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(ord), 0) from rt_event")
        return int(cursor.fetchone()[0])


def check_forms(after: int) -> set[str]:
    """Hold every event stored since to its registration: name, rooms, and the form of each room's audience.

    Answers the names that came.
    """
    with connection.cursor() as cursor:
        cursor.execute("select event_id, room, event, data::text from rt_event where ord > %s order by ord", [after])
        rows = cursor.fetchall()
    names: dict[Any, set[str]] = {}
    for event_id, room, name, payload in rows:
        spec = events()[name]
        assert room.partition(":")[0] in spec.rooms, f"{name} in {room}"
        form = spec.forms[audience_of(room)]()
        problem = _schema(form).problem(json.loads(payload))
        assert problem == "", f"{name} in {room}: {problem}"
        names.setdefault(event_id, set()).add(name)
    assert all(len(found) == 1 for found in names.values()), "one event id, one event"
    return {name for _id, _room, name, _data in rows}


def audience_of(room: str) -> str:
    """Which form a room carries."""
    prefix, _, ref = room.partition(":")
    if prefix == "user":
        return "staff" if User.objects.get(pk=ref).is_agent else "customer"
    return {"ticket": "customer", "chat": "customer"}.get(prefix, "staff")


@cache
def _schema(form: type[Any]) -> Schema:
    schemas = document()["components"]["schemas"]
    name = next(name for name in (form.__name__, form.__name__.removesuffix("Out")) if name in schemas)
    assert schemas[name]["additionalProperties"] is False
    return Schema({"$ref": f"#/components/schemas/{name}", "components": document()["components"]})
