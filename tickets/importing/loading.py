"""A batch of records becomes tickets: one operation, a few statements for all of them together."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from accounts.models import User
from audit.recorder import record
from core.days import site_zone
from core.operation import operation, rows_as_json, rows_from_json, run_later
from tickets import facts
from tickets.facts import Fact
from tickets.importing.people import Catalogue
from tickets.importing.records import TicketRecord
from tickets.models import AuthorType, Imported, Message, Ticket
from tickets.search_text import search_text_of
from tickets.states import PRIORITIES, Status

_WIRE = {rank: name for name, rank in PRIORITIES.items()}


@dataclass(frozen=True)
class Ready:
    """Checked records with an id and a serial number each, and everybody whom they name."""

    records: Sequence[TicketRecord]
    serials: Sequence[tuple[int, int]]
    people: dict[str, User]


def imported_before(source: str, ids: Sequence[str]) -> set[str]:
    """Those ids of another system that are here already."""
    found = Imported.objects.filter(source=source, source_id__in=ids)
    return set(found.values_list("source_id", flat=True))


@operation
def import_tickets(ready: Ready, *, source: str, catalogue: Catalogue) -> None:
    """Write records that are not here yet, with history and audit, without notifications and events."""
    by = catalogue.system
    rows = [
        _Row(one, pk, _number(serial, one.created_at), ready.people, catalogue)
        for one, (pk, serial) in zip(ready.records, ready.serials, strict=True)
    ]
    _insert(Ticket, [row.ticket() for row in rows])
    _insert(Message, [message for row in rows for message in row.messages()])
    _insert(Imported, [{"source": source, "source_id": row.of.source_id, "ticket_id": row.pk} for row in rows])
    for row in rows:
        facts.write(row.facts())
        new = {"source": source, "sourceId": row.of.source_id, "status": row.of.status, "subject": row.of.subject}
        record("TICKET_IMPORTED", row, by=by, new=new)


def serials(count: int) -> list[tuple[int, int]]:
    """Ids and serial numbers for so many tickets."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence('tickets_ticket', 'id')), nextval('ticket_number_seq')"
            " from generate_series(1, %s)",
            [count],
        )
        return list(cursor.fetchall())


def _number(serial: int, created_at: datetime.datetime) -> str:
    return f"TKT-{created_at.astimezone(site_zone()).year}-{serial:06d}"


class _Row:
    """One record with everything that it names found; to the audit log it is its ticket."""

    audit_type = Ticket.audit_type

    def __init__(self, of: TicketRecord, pk: int, number: str, people: dict[str, User], catalogue: Catalogue) -> None:
        self.of, self.pk, self.audit_name, self.people = of, pk, number, people
        self.customer = people[of.customer_email]
        self.agent = people[of.agent_email].pk if of.agent_email else None
        self.category = catalogue.categories[of.category] if of.category else None
        self.team = catalogue.teams[of.team] if of.team else None
        self.system = catalogue.system.pk

    def ticket(self) -> dict[str, Any]:
        of = self.of
        notes = sum(message.is_internal for message in of.messages)
        last = max([of.created_at, *(one.created_at for one in of.messages if not one.is_internal)])
        return {
            "id": self.pk, "number": self.audit_name, "subject": of.subject, "description": of.description,
            "status": of.status, "priority": int(of.priority), "customer_id": self.customer.pk,
            "created_by_id": self.customer.pk, "category_id": self.category, "team_id": self.team,
            "assignee_id": self.agent, "order_id": of.order_id, "product_id": of.product_id, "tags": list(of.tags),
            "customer_text": search_text_of(self.customer), "message_count": 1 + len(of.messages) - notes,
            "note_count": notes, "first_response_at": of.first_response_at or self._first_answer(),
            "first_response_by_id": self.agent if of.first_response_at or self._first_answer() else None,
            "resolved_at": of.resolved_at, "resolved_by_id": self.agent if of.resolved_at else None,
            "resolved_assignee_id": self.agent if of.resolved_at else None, "closed_at": of.closed_at,
            "created_at": of.created_at, "updated_at": of.updated_at, "staff_updated_at": of.updated_at,
            "last_message_at": last, "last_activity_at": max(last, of.updated_at),
        }  # fmt: skip

    def _first_answer(self) -> datetime.datetime | None:
        answers = (
            one for one in self.of.messages if not one.is_internal and self._author(one.author_email)[1] == "agent"
        )
        return next((one.created_at for one in answers), None)

    def _author(self, address: str, *, note: bool = False) -> tuple[int, str]:
        if address and address != self.of.customer_email:
            return self.people[address].pk, AuthorType.AGENT.value
        return (self.system, AuthorType.SYSTEM.value) if note else (self.customer.pk, AuthorType.CUSTOMER.value)

    def messages(self) -> Iterator[dict[str, Any]]:
        """The description as the opening message, then the others as they were written."""
        every = {"ticket_id": self.pk, "first_ticket_id": self.pk}
        yield every | {
            "author_id": self.customer.pk, "author_type": AuthorType.CUSTOMER.value, "body": self.of.description,
            "is_internal": False, "opens_id": self.pk, "created_at": self.of.created_at,
        }  # fmt: skip
        for one in self.of.messages:
            author, kind = self._author(one.author_email, note=one.is_internal)
            yield every | {
                "author_id": author, "author_type": kind, "body": one.body, "is_internal": one.is_internal,
                "opens_id": None, "created_at": one.created_at,
            }  # fmt: skip

    def facts(self) -> Iterator[Fact]:
        """Return the ticket's history, as far as the record tells it."""
        of, opened = self.of, self.of.created_at
        known: list[tuple[str, str, Any, datetime.datetime]] = [
            (facts.STATUS, "", Status.OPEN.value, opened),
            (facts.PRIORITY, "", int(of.priority), opened),
            (facts.CATEGORY, "", self.category, opened),
            (facts.TEAM, "", self.team, opened),
            (facts.ASSIGNEE, "", self.agent, opened),
        ]
        before = Status.OPEN.value
        steps = {Status.RESOLVED.value: of.resolved_at, Status.CLOSED.value: of.closed_at}
        if of.status in {Status.IN_PROGRESS, Status.PENDING, Status.ON_HOLD}:
            steps = {of.status: of.first_response_at or of.updated_at}
        for status, at in steps.items():
            if at is not None and of.status != Status.OPEN:
                known.append((facts.STATUS, before, status, at))
                before = status
        for name, old, new, at in known:
            if new is not None:
                yield Fact(self.pk, name, old, facts.text(new), self.system, at)


def _insert(model: type[Model], rows: list[dict[str, Any]]) -> None:
    """Add one INSERT of all rows to the operation's last round trip; columns that no row names get their default."""
    if not rows:
        return
    fields = {field.column: field for field in model._meta.concrete_fields}
    given = list(rows[0])
    rest = [f for name, f in fields.items() if name not in given and not f.null and not f.primary_key]
    names = ", ".join([*given, *(str(field.column) for field in rest)])
    columns = ", ".join(f"{name} {_type(fields[name])}" for name in given)
    defaults = [field.get_db_prep_save(field.get_default(), connection) for field in rest]
    run_later(
        f"insert into {model._meta.db_table} ({names}) select {', '.join([*given, *(['%s'] * len(rest))])} "
        f"from {rows_from_json(columns)} order by n",
        [*defaults, rows_as_json(columns, [[row[name] for name in given] for row in rows])],
    )


def _type(field: Field[Any, Any]) -> str:
    """The column's type without its length, which would cut in silence what the column refuses."""
    return re.sub(r"\(\d+\)| CHECK.*", "", str(field.db_type(connection)))
