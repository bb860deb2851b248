"""The history of tickets as facts: what SLA clocks and reports are computed from.

    for fact in facts.of(ticket): ...             # one ticket, oldest first
    history = facts.of_many(tickets)[ticket.pk]   # many, by one statement

Both answer stored facts and those of the operation under way. The first facts of a ticket, at its `created_at` and with
an empty `old`, say what it was opened with; the one of STATUS is always there. MESSAGE facts are read
from the public messages that stand in the ticket now, so that merging moves them with the messages. Tags, subject,
order and product have no facts: whoever asks for them means those of today, which the ticket has.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from accounts.models import User
from core.operation import Insert, collected, write_later
from core.prepared import execute
from tickets.models import Message, Ticket

STATUS = "status"
PRIORITY = "priority"
ASSIGNEE = "assignee"
TEAM = "team"
CATEGORY = "category"
MERGED = "merged"
MESSAGE = "message"
KEPT = {
    "status": STATUS,
    "priority": PRIORITY,
    "assignee_id": ASSIGNEE,
    "team_id": TEAM,
    "category_id": CATEGORY,
    "merged_into_id": MERGED,
}
"""The columns of a ticket whose changes are kept, and the fields of their facts."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that became so at a moment (UTC).

    `old` and `new` are a status, the number of a priority, or an id, as text; empty is none. Of a MESSAGE, `new` is the
    type of its author (`customer`, `agent`, `bot`, `system`), and `by_id` its author.
    """

    ticket_id: int
    field: str
    old: str
    new: str
    by_id: int | None
    at: datetime.datetime


_INSERT = Insert(
    """
    insert into tickets_change (ticket_id, field, old, new, by_id, at)
    select ticket_id, field, old, new, by_id, at from {rows} order by n
    """,
    "ticket_id bigint, field text, old text, new text, by_id bigint, at timestamptz",
)
_STORED = """
select ticket_id, field, old, new, by_id, at from (
  select ticket_id, field, old, new, by_id, at, 1 as place, id
  from tickets_change where ticket_id = any(%s::bigint[])
  union all
  select ticket_id, 'message', '', author_type, author_id, created_at, 2, id
  from tickets_message where ticket_id = any(%s::bigint[]) and not is_internal
) history order by ticket_id, at, place, id
"""


def of(ticket: Ticket) -> list[Fact]:
    """Return the facts of one ticket, oldest first; of the same moment, changes before messages in order of writing.

    Takes one statement; none for a ticket that is being opened, whose facts the writer knows (`is_new`).
    """
    return of_many([ticket])[ticket.pk]


def of_many(tickets: Sequence[Ticket]) -> dict[int, list[Fact]]:
    """Return the facts of each ticket by its id, in the order of `of`, by one statement at most."""
    found: dict[int, list[Fact]] = {ticket.pk: list(getattr(ticket, "coming_facts", ())) for ticket in tickets}
    ids = [ticket.pk for ticket in tickets if not is_new(ticket)]
    if not ids:
        return found
    waiting: dict[int, list[Fact]] = defaultdict(list)
    for row in collected(_INSERT):
        waiting[row[0]].append(Fact(*row))
    for row in execute(_STORED, [ids, ids]):
        found[row[0]].append(Fact(*row))
    for pk in ids:
        if waiting[pk]:
            found[pk] = in_order([*found[pk], *waiting[pk]])
    return found


def is_new(ticket: Ticket) -> bool:
    """Return whether a ticket is being opened: it has its id, and the database knows nothing of it yet."""
    return hasattr(ticket, "coming_facts")


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts of one ticket in the order of `of`."""
    return sorted(facts, key=lambda fact: (fact.at, fact.field == MESSAGE))


def of_message(message: Message) -> Fact:
    """Return the fact that a public message is."""
    return Fact(message.ticket_id, MESSAGE, "", str(message.author_type), message.author_id, message.created_at)


def write(facts: Iterable[Fact]) -> None:
    """Store facts with what the current operation writes at its end; `of` answers them from now on."""
    for fact in facts:
        write_later(_INSERT, astuple(fact))


def changed(ticket: Ticket, column: str, old: Any, new: Any, *, by: User, at: datetime.datetime) -> None:
    """Store that a column of a ticket changed, if its changes are KEPT."""
    if column in KEPT:
        write([Fact(ticket.pk, KEPT[column], text(old), text(new), by.pk, at)])


def text(value: Any) -> str:
    """Return a value as facts hold it."""
    return "" if value is None else str(value)
