"""Opening a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import Forbidden, Invalid
from core.operation import is_one_of_several, operation
from tickets import events, notices
from tickets.models import AuthorType, Link, LinkKind, Message, Ticket
from tickets.operations import lookups
from tickets.operations.base import agent_to_assign, refuse_merged
from tickets.operations.files import refuse_empty
from tickets.operations.locking import locked
from tickets.operations.relations import link
from tickets.operations.turns import wake_assigning
from tickets.operations.writer import NewThread, write_tickets
from tickets.policies import ASSIGN, CREATE, UPDATE, refuse_unless
from tickets.states import Priority


@dataclass(frozen=True)
class NewTicket:
    """Hold the values of a new ticket. `customer_id`, `agent_id`, `team_id` and `tags` are staff's to give.

    `chat_session_id` is the chat that it is made of, `copied` the files of that chat.
    """

    subject: str
    description: str = ""
    category_id: int | None = None
    priority: Priority = Priority.NORMAL
    order_id: str = ""
    product_id: str = ""
    attachments: Sequence[str] = ()
    customer_id: int | None = None
    agent_id: int | None = None
    team_id: int | None = None
    tags: Sequence[str] = ()
    chat_session_id: int | None = None
    copied: Sequence[UUID] = ()


@dataclass(frozen=True)
class NewMessage:
    """Hold what someone writes. `last_seen_id` guards against answering a thread that has moved on, unless `force`."""

    body: str = ""
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
    """Open a ticket for oneself, or as staff for a customer (`tickets.create`, to an agent or team `tickets.assign`).

    Raises Forbidden, or Invalid naming an unknown category, customer, agent, team or attachment.
    """
    customer = _customer(new, by)
    refuse_empty(new.description, new.attachments, "description")
    ticket = Ticket(
        subject=new.subject,
        description=new.description,
        priority=new.priority,
        order_id=new.order_id,
        product_id=new.product_id,
        customer=customer,
        created_by=by,
        category=lookups.category(new.category_id),
        team=lookups.team(new.team_id),
        assignee=agent_to_assign(new.agent_id) if new.agent_id else None,
        tags=lookups.tags(list(new.tags)),
        chat_session_id=new.chat_session_id,
    )
    _open(ticket, by, new.attachments, copied=new.copied)
    return ticket


@operation
def follow_up(origin: Ticket, new: NewMessage, *, sent_to: Ticket, by: User) -> Message:
    """A customer's answer to a ticket that is over: a new ticket, linked to the old one.

    `sent_to` is where the answer was sent: the old ticket, or one that was merged into it.
    """
    ticket = Ticket(
        subject=origin.subject,
        description=new.body,
        priority=origin.priority,
        order_id=origin.order_id,
        product_id=origin.product_id,
        customer=origin.customer,
        created_by=by,
        category=origin.category,
        team=origin.team,
    )
    sent = Sent(new.client_message_id, sent_to, origin)
    opening = _open(ticket, by, new.attachments, sent=sent)
    events.ticket_updated(Ticket.objects.complete().get(pk=origin.pk), public=False)
    return opening


@operation
def split(ref: int | str, message_id: int, *, subject: str, by: User) -> Ticket:
    """Open another ticket for the customer with what one of their messages says, linked to the ticket it stands in.

    The message stays where it is, too; its words and files open the new ticket in its author's name, so that the clocks
    of a customer's request run. Raises NotFound, Forbidden, Merged, or Invalid for another kind of message.
    """
    origin = locked(ref, by)
    refuse_unless(by, CREATE)
    refuse_unless(by, UPDATE)
    refuse_merged(origin)
    rows = Message.objects.complete().filter(ticket=origin, is_internal=False, author_type=AuthorType.CUSTOMER)
    message = rows.exclude(opens=origin).filter(pk=message_id).first()
    if message is None:
        raise Invalid(fields={"messageId": [_("Only an answer of the customer can be split off.")]})
    ticket = Ticket(
        subject=subject,
        description=message.body,
        priority=origin.priority,
        order_id=origin.order_id,
        product_id=origin.product_id,
        customer=origin.customer,
        created_by=by,
        category=origin.category,
        team=origin.team,
    )
    _open(ticket, by, (), copied=[UUID(row["id"]) for row in message.attachment_rows], author=message.author)
    return link(ticket.pk, origin.pk, kind=LinkKind.RELATED, by=by)


def _customer(new: NewTicket, by: User) -> User:
    if by.is_customer:
        if new.customer_id or new.agent_id or new.team_id or new.tags:
            raise Forbidden(CREATE)
        return by
    refuse_unless(by, CREATE)
    if new.agent_id or new.team_id:
        refuse_unless(by, ASSIGN)
    return lookups.customer(new.customer_id)


def _open(
    ticket: Ticket,
    by: User,
    attachments: Sequence[str],
    *,
    copied: Sequence[UUID] = (),
    sent: Sent | None = None,
    author: User | None = None,
) -> Message:
    """Store a ticket with its opening message, which `by` wrote unless another `author` is named."""
    ticket.created_at = clock.now()
    opening = Message(
        author=author or by,
        author_type=AuthorType.of(author or by),
        body=ticket.description,
        client_message_id=sent.client_message_id if sent else "",
        created_at=ticket.created_at,
    )
    sent_to = sent.to if sent else None
    thread = NewThread(ticket, [opening], by, sent_to=sent_to, attachments=attachments, copied=copied)
    # Whatever else the operation does may look for the new ticket: a split links it, a chat and an older one show it.
    write_tickets([thread], later=not (sent or author or ticket.chat_session_id or is_one_of_several()))
    ticket.attachment_rows = opening.attachment_rows
    ticket.watcher_rows, ticket.link_rows, ticket.back_link_rows = [], [], []
    # Nobody has rated it; without this the form would ask the database.
    ticket._state.fields_cache["rating"] = None
    if sent:
        _follow(ticket, sent.follows)
    record("TICKET_CREATED", ticket, by=by, new=_audited(ticket))
    notices.ticket_created(ticket, by)
    if ticket.assignee_id is None:
        wake_assigning()
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
        "chatSessionId": str(ticket.chat_session_id) if ticket.chat_session_id else None,
    }
