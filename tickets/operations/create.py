"""Opening a ticket."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from psycopg import sql

from accounts.models import User
from audit.recorder import record
from core import clock
from core.days import site_zone
from core.errors import Forbidden
from core.instances import made
from core.operation import operation
from core.prepared import execute
from tickets import events, facts, notices
from tickets.models import AuthorType, Link, LinkKind, Message, Ticket
from tickets.operations import lookups
from tickets.operations.base import agent_to_assign
from tickets.operations.files import attach_to
from tickets.policies import ASSIGN, CREATE, refuse_unless
from tickets.search_text import search_text_of
from tickets.sla.recompute import recompute_sla
from tickets.states import Priority


@dataclass(frozen=True)
class NewTicket:
    """What a ticket is opened with. `customer_id`, `agent_id`, `team_id` and `tags` are staff's to give."""

    subject: str
    description: str
    category_id: int | None = None
    priority: Priority = Priority.NORMAL
    order_id: str = ""
    product_id: str = ""
    attachments: Sequence[str] = ()
    customer_id: int | None = None
    agent_id: int | None = None
    team_id: int | None = None
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class NewMessage:
    """What someone writes. `last_seen_id` guards against answering a thread that has moved on, unless `force`."""

    body: str
    is_internal: bool = False
    attachments: Sequence[str] = ()
    client_message_id: str = ""
    last_seen_id: int | None = None
    force: bool = False


@dataclass(frozen=True)
class Sent:
    """How an answer became a new ticket: under which id, to which ticket it was sent, and which one it follows."""

    client_message_id: str
    to: Ticket
    follows: Ticket


@operation
def create_ticket(new: NewTicket, *, by: User) -> Ticket:
    """Open a ticket for oneself, or as staff for a customer (`tickets.create`, with an agent `tickets.assign`).

    Raises Forbidden, or Invalid naming an unknown category, customer, agent, team or attachment.
    """
    customer = _customer(new, by)
    ticket = made(
        Ticket,
        subject=new.subject,
        description=new.description,
        priority=new.priority,
        order_id=new.order_id,
        product_id=new.product_id,
        customer=customer,
        customer_text=search_text_of(customer),
        created_by=by,
        category=lookups.category(new.category_id),
        team=lookups.team(new.team_id),
        assignee=agent_to_assign(new.agent_id) if new.agent_id else None,
        tags=lookups.tags(list(new.tags)),
    )
    _open(ticket, by, new.attachments)
    return ticket


@operation
def follow_up(origin: Ticket, new: NewMessage, *, sent_to: Ticket, by: User) -> Message:
    """A customer's answer to a ticket that is over: a new ticket, linked to the old one.

    `sent_to` is where the answer was sent: the old ticket, or one that was merged into it.
    """
    ticket = made(
        Ticket,
        subject=origin.subject,
        description=new.body,
        priority=origin.priority,
        order_id=origin.order_id,
        product_id=origin.product_id,
        customer=origin.customer,
        customer_text=search_text_of(origin.customer),
        created_by=by,
        category=origin.category,
        team=origin.team,
    )
    sent = Sent(new.client_message_id, sent_to, origin)
    opening = _open(ticket, by, new.attachments, sent)
    events.ticket_updated(Ticket.objects.complete().get(pk=origin.pk), public=False)
    return opening


def _customer(new: NewTicket, by: User) -> User:
    if by.is_customer:
        if new.customer_id or new.agent_id or new.team_id or new.tags:
            raise Forbidden(CREATE)
        return by
    refuse_unless(by, CREATE)
    if new.agent_id:
        refuse_unless(by, ASSIGN)
    return lookups.customer(new.customer_id)


def _open(
    ticket: Ticket,
    by: User,
    attachments: Sequence[str],
    sent: Sent | None = None,
) -> Message:
    now = clock.now()
    for column in ("created_at", "updated_at", "staff_updated_at", "last_message_at", "last_activity_at"):
        setattr(ticket, column, now)
    ticket.message_count, ticket.attachment_count = 1, len(attachments)
    recompute_sla(ticket)
    opening = made(
        Message,
        author=by,
        author_type=AuthorType.of(by),
        body=ticket.description,
        client_message_id=sent.client_message_id if sent else "",
        created_at=now,
    )
    _insert(ticket, opening, sent.to if sent else None)
    opening.ticket = ticket
    opening.attachment_rows = ticket.attachment_rows = attach_to(opening, attachments, by)
    ticket.watcher_rows, ticket.link_rows, ticket.back_link_rows = [], [], []
    # Nobody has rated it; without this the form would ask the database.
    ticket._state.fields_cache["rating"] = None
    if sent:
        _follow(ticket, sent.follows)
    facts.opened(ticket, by=by)
    record("TICKET_CREATED", ticket, by=by, new=_audited(ticket))
    notices.ticket_created(ticket, by)
    events.ticket_created(ticket)
    return opening


def _follow(ticket: Ticket, origin: Ticket) -> None:
    Link.objects.create(ticket=ticket, other=origin, kind=LinkKind.FOLLOW_UP, created_at=ticket.created_at)
    ticket.link_rows = [{"ticketId": origin.pk, "ticketNumber": origin.number, "kind": LinkKind.FOLLOW_UP.value}]


def _audited(ticket: Ticket) -> dict[str, Any]:
    return {
        "subject": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority_name,
        "customerId": str(ticket.customer_id),
        "categoryId": str(ticket.category_id) if ticket.category_id else None,
        "agentId": str(ticket.assignee_id) if ticket.assignee_id else None,
        "attachments": len(ticket.attachment_rows),
    }


def _columns(model: type[Ticket] | type[Message], without: set[str]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.name not in {"id", *without}]


# Columns that only later operations set: a new ticket has their defaults, which stand in the statement.
_LATER = (
    *("note_count", "note_attachment_count", "reopen_count", "escalation_level", "escalated_at", "first_response_at"),
    *("first_response_by", "resolved_at", "resolved_by", "resolved_assignee", "closed_at", "merged_into"),
    *("sla_breached", "version"),
)
_LATER_TICKET = [Ticket._meta.get_field(name) for name in _LATER]
_TICKET = _columns(Ticket, {"number", *_LATER})
_MESSAGE = _columns(Message, {"ticket", "first_ticket", "opens"})


@cache
def _insert_sql() -> str:
    """Both rows in one statement: a parameter for each column that an opening sets, defaults for the others."""
    return f"""
    with t as (
      insert into tickets_ticket (number, {_names(_TICKET)}, {_names(_LATER_TICKET)})
      select 'TKT-' || %s::text || '-' || lpad(n::text, greatest(6, length(n::text)), '0'), {_parameters(_TICKET)},
             {_defaults(_LATER_TICKET)}
      from (select nextval('ticket_number_seq') as n) as next
      returning id, number
    ), m as (
      insert into tickets_message (ticket_id, opens_id, first_ticket_id, {_names(_MESSAGE)})
      select id, id, coalesce(%s::bigint, id), {_parameters(_MESSAGE)} from t
      returning id
    )
    select t.id, t.number, m.id from t, m
    """


def _names(fields: list[Any]) -> str:
    return ", ".join(field.column for field in fields)


def _parameters(fields: list[Any]) -> str:
    return ", ".join(f"%s::{_type(field)}" for field in fields)


def _defaults(fields: list[Any]) -> str:
    values = [field.get_db_prep_save(field.get_default(), connection) for field in fields]
    return ", ".join(
        f"{sql.Literal(value).as_string(None)}::{_type(field)}" for field, value in zip(fields, values, strict=True)
    )


def _type(field: Any) -> str:
    """The column's type without its length: a cast to a length would cut in silence what the column refuses."""
    kind = field.rel_db_type(connection) if field.is_relation else field.cast_db_type(connection)
    return re.sub(r"\(\d+\)", "", kind)


# Of these a field stores the value as it is.
_AS_IT_IS = frozenset({str, bool, int, datetime.datetime, type(None)})


def _stored(field: Any, value: Any) -> Any:
    return value if type(value) in _AS_IT_IS else field.get_db_prep_save(value, connection)


def _insert(ticket: Ticket, opening: Message, sent_to: Ticket | None) -> None:
    """Both rows in one statement; the number's year is that of creation in the site's time zone."""
    year = str(ticket.created_at.astimezone(site_zone()).year)
    values = [_stored(field, getattr(ticket, field.attname)) for field in _TICKET]
    message = [_stored(field, getattr(opening, field.attname)) for field in _MESSAGE]
    [row] = execute(_insert_sql(), [year, *values, sent_to.pk if sent_to else None, *message])
    ticket.pk, ticket.number, opening.pk = row
    opening.ticket_id = opening.opens_id = ticket.pk
    opening.first_ticket_id = sent_to.pk if sent_to else ticket.pk
    ticket._state.adding = opening._state.adding = False
