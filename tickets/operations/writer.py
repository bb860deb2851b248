"""The one writer of tickets: API, chat, import, seed and mail give it new tickets with their messages and history.

It numbers them, sets every column that follows from others, and stores them in two round trips, however many they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from core.days import site_zone
from core.operation import write_later
from core.prepared import execute_all
from core.rows import insert_of, row_of
from tickets import facts
from tickets.facts import Fact
from tickets.models import AuthorType, Message, Ticket
from tickets.operations.files import attach_to
from tickets.search_text import search_text_of
from tickets.sla.recompute import recompute_new
from tickets.sla.rules import STATE, Rules, rules_of


@dataclass(frozen=True)
class Place:
    """An id and a serial number that no other ticket gets."""

    ticket_id: int
    serial: int


@dataclass(frozen=True)
class NewThread:
    """A ticket that is not stored yet, with its messages, the opening one first, and what became of it since.

    The ticket stands as it is after `steps`, facts whose `ticket_id` is set here. `by` opens it. `sent_to` is the
    ticket to which the opening message was sent, when that is another one; `attachments` are uploads of `by` that come
    with it, `copied` files of a chat that it shows as well. `updated_at` is for public changes that no step tells.
    `place` is one of `reserve`.
    """

    ticket: Ticket
    messages: Sequence[Message]
    by: User
    steps: Sequence[Fact] = ()
    sent_to: Ticket | None = None
    attachments: Sequence[str] = ()
    copied: Sequence[UUID] = ()
    updated_at: datetime | None = None
    place: Place | None = None


def reserve(count: int) -> list[Place]:
    """Return places for so many tickets, in order."""
    [[row]] = execute_all((_IDS, [count, count, 0]))
    return _places(row)


def write_tickets(threads: Sequence[NewThread], *, told: bool = True, later: bool = False) -> None:
    """Store new tickets with messages, facts and files; the objects are then as if they were read.

    `later` stores them with the other rows of the operation, at its end: nothing before that may read them from the
    database. `told` is whether the SLA monitor shall tell what came about in them before now: not of another system's
    history.
    Raises Invalid naming an attachment that cannot be taken.
    """
    rules = _number(threads)
    for thread in threads:
        _set_columns(thread)
    tickets = [thread.ticket for thread in threads]
    messages = [message for thread in threads for message in thread.messages]
    if not tickets:
        return
    recompute_new(tickets, rules, told=told)
    stored = [
        (insert_of(kind), [row_of(row) for row in rows]) for kind, rows in ((Ticket, tickets), (Message, messages))
    ]
    if later:
        for insert, rows in stored:
            write_later(insert, *rows)
    else:
        execute_all(*[insert.statement(rows) for insert, rows in stored])
    for row in [*tickets, *messages]:
        row._state.adding = False
    for thread in threads:
        opening = thread.messages[0]
        opening.attachment_rows = attach_to(opening, thread.attachments, thread.by, thread.copied)
        facts.write(fact for fact in thread.ticket.coming_facts if fact.field != facts.MESSAGE)
        del thread.ticket.coming_facts


def count_message(ticket: Ticket, message: Message, files: int) -> None:
    """Set what a new message with so many files does to the columns of its ticket, its status apart."""
    at = message.created_at
    ticket.staff_updated_at = max(ticket.staff_updated_at, at)
    ticket.last_activity_at = max(ticket.last_activity_at, at)
    if message.is_internal:
        ticket.note_count += 1
        ticket.note_attachment_count += files
        return
    ticket.message_count += 1
    ticket.attachment_count += files
    ticket.last_message_at = max(ticket.last_message_at, at)
    answers = message.author_type == AuthorType.AGENT and message.opens_id != ticket.pk
    if answers and ticket.first_response_at is None:
        ticket.first_response_at, ticket.first_response_by = at, message.author


_IDS = """
select array(select nextval(pg_get_serial_sequence('tickets_ticket', 'id')) from generate_series(1, %s::int)),
       array(select nextval('ticket_number_seq') from generate_series(1, %s::int)),
       array(select nextval(pg_get_serial_sequence('tickets_message', 'id')) from generate_series(1, %s::int))
"""


def _places(row: Sequence[Any]) -> list[Place]:
    return [Place(*pair) for pair in zip(row[0], row[1], strict=True)]


def _number(threads: Sequence[NewThread]) -> Rules:
    """Give tickets and messages their ids, and tickets their numbers: the year is that of creation at the site.

    Returns the SLA rules that count now, which are asked in the same round trip.
    """
    without = sum(thread.place is None for thread in threads)
    asked = [without, without, sum(len(thread.messages) for thread in threads)]
    [row], [state] = execute_all((_IDS, asked), (STATE, []))
    places, ids = iter(_places(row)), iter(row[2])
    for thread in threads:
        ticket, place = thread.ticket, thread.place or next(places)
        ticket.pk = place.ticket_id
        ticket.number = f"TKT-{ticket.created_at.astimezone(site_zone()).year}-{place.serial:06d}"
        for message in thread.messages:
            message.pk = next(ids)
            message.ticket = message.first_ticket = ticket
        thread.messages[0].opens = ticket
        thread.messages[0].first_ticket = thread.sent_to or ticket
    return rules_of(state)


def _set_columns(thread: NewThread) -> None:
    """Set what follows from the ticket's messages and steps."""
    ticket = thread.ticket
    changed = [step.at for step in thread.steps]
    ticket.customer_text = search_text_of(ticket.customer)
    ticket.updated_at = max([ticket.created_at, *changed, *([thread.updated_at] if thread.updated_at else [])])
    ticket.staff_updated_at = ticket.updated_at
    ticket.last_message_at, ticket.last_activity_at = ticket.created_at, max([ticket.created_at, *changed])
    files = len(thread.attachments) + len(thread.copied)
    for message in thread.messages:
        count_message(ticket, message, files if message.opens_id else 0)
    ticket.coming_facts = _facts(thread)


def _facts(thread: NewThread) -> list[Fact]:
    """Return the whole history of a new ticket, as `facts.of` tells it once it is stored."""
    ticket = thread.ticket
    values = {field: facts.text(getattr(ticket, column)) for column, field in facts.KEPT.items()}
    values |= {step.field: step.old for step in reversed(thread.steps)}
    opening = [
        Fact(ticket.pk, field, "", value, thread.by.pk, ticket.created_at) for field, value in values.items() if value
    ]
    steps = [replace(step, ticket_id=ticket.pk) for step in thread.steps]
    said = [facts.of_message(message) for message in thread.messages if not message.is_internal]
    return facts.in_order([*opening, *steps, *said])
