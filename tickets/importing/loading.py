"""A batch of records becomes tickets: one operation, a few statements for all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from audit.recorder import record
from core.operation import operation
from tickets import facts
from tickets.facts import Fact
from tickets.importing.people import Catalogue
from tickets.importing.records import MessageRecord, TicketRecord
from tickets.models import AuthorType, Imported, Message, Ticket
from tickets.operations.writer import NewThread, Place, write_tickets
from tickets.states import Status


@dataclass(frozen=True)
class Ready:
    """Checked records with a place for each, and everybody whom they name."""

    records: Sequence[TicketRecord]
    places: Sequence[Place]
    people: dict[str, User]


def imported_before(source: str, ids: Sequence[str]) -> set[str]:
    """Return those ids of another system that are here already."""
    found = Imported.objects.filter(source=source, source_id__in=ids)
    return set(found.values_list("source_id", flat=True))


@operation
def import_tickets(ready: Ready, *, source: str, catalogue: Catalogue) -> None:
    """Write records that are not here yet, with history and audit, without notifications and events."""
    threads = [
        _thread(one, place, ready.people, catalogue) for one, place in zip(ready.records, ready.places, strict=True)
    ]
    write_tickets(threads, told=False)
    for one, thread in zip(ready.records, threads, strict=True):
        new = {"source": source, "sourceId": one.source_id, "status": one.status, "subject": one.subject}
        record("TICKET_IMPORTED", thread.ticket, by=catalogue.system, new=new)
    imported = [
        Imported(source=source, source_id=one.source_id, ticket=thread.ticket)
        for one, thread in zip(ready.records, threads, strict=True)
    ]
    Imported.objects.bulk_create(imported)


def _thread(of: TicketRecord, place: Place, people: dict[str, User], catalogue: Catalogue) -> NewThread:
    """Return a record as a ticket with its messages and history, as far as the record tells them."""
    agent = people[of.agent_email] if of.agent_email else None
    customer = people[of.customer_email]
    ticket = Ticket(
        subject=of.subject,
        description=of.description,
        status=of.status,
        priority=of.priority,
        customer=customer,
        created_by=customer,
        category_id=catalogue.categories[of.category] if of.category else None,
        team_id=catalogue.teams[of.team] if of.team else None,
        assignee=agent,
        order_id=of.order_id,
        product_id=of.product_id,
        tags=list(of.tags),
        first_response_at=of.first_response_at,
        first_response_by=agent if of.first_response_at else None,
        resolved_at=of.resolved_at,
        resolved_by=agent if of.resolved_at else None,
        resolved_assignee=agent if of.resolved_at else None,
        closed_at=of.closed_at,
        created_at=of.created_at,
    )
    opening = Message(author=customer, author_type=AuthorType.CUSTOMER, body=of.description, created_at=of.created_at)
    later = [_message(one, of, people, catalogue) for one in of.messages]
    steps = _steps(of, catalogue.system)
    return NewThread(ticket, [opening, *later], customer, steps, updated_at=of.updated_at, place=place)


def _message(one: MessageRecord, of: TicketRecord, people: dict[str, User], catalogue: Catalogue) -> Message:
    if one.author_email and one.author_email != of.customer_email:
        author, kind = people[one.author_email], AuthorType.AGENT
    elif one.is_internal:
        author, kind = catalogue.system, AuthorType.SYSTEM
    else:
        author, kind = people[of.customer_email], AuthorType.CUSTOMER
    return Message(
        author=author, author_type=kind, body=one.body, is_internal=one.is_internal, created_at=one.created_at
    )


def _steps(of: TicketRecord, system: User) -> list[Fact]:
    """Return the changes of status that a record tells of."""
    steps = {Status.RESOLVED.value: of.resolved_at, Status.CLOSED.value: of.closed_at}
    if of.status in {Status.IN_PROGRESS, Status.PENDING, Status.ON_HOLD}:
        steps = {of.status: of.first_response_at or of.updated_at}
    elif of.status == Status.OPEN:
        steps = {}
    found, before = [], Status.OPEN.value
    for status, at in steps.items():
        if at is not None:
            found.append(Fact(0, facts.STATUS, before, str(status), system.pk, at))
            before = str(status)
    return found
