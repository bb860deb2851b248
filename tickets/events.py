"""Events of tickets: which rooms hear of what, each in its own form."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.rooms import user_room
from realtime.publish import emit
from realtime.registry import EventSpec
from tickets.forms import (
    MessageCustomerOut,
    MessageStaffOut,
    TicketCustomerOut,
    TicketStaffOut,
    in_reader_language,
    message_forms,
    ticket_form,
)
from tickets.models import Message, Ticket
from tickets.rooms import QUEUE, customer_room, staff_room

_TICKET = {"customer": lambda: TicketCustomerOut, "staff": lambda: TicketStaffOut}
_MESSAGE = {"customer": lambda: MessageCustomerOut, "staff": lambda: MessageStaffOut}

EVENTS = (
    EventSpec("ticket:created", "A ticket was opened", frozenset({"queue", "user"}), _TICKET),
    EventSpec(
        "ticket:updated",
        "A ticket changed",
        frozenset({"ticket", "ticket-staff", "queue"}),
        _TICKET,
        moves_access=True,
    ),
    EventSpec(
        "ticket:message",
        "A message came to a ticket",
        frozenset({"ticket", "ticket-staff"}),
        _MESSAGE,
        ends_typing=True,
    ),
    EventSpec(
        "ticket:assigned",
        "A ticket was given to an agent or taken from one",
        frozenset({"ticket", "ticket-staff", "queue", "user"}),
        _TICKET,
        moves_access=True,
    ),
)


def _staff(ticket: Ticket) -> dict[str, Any]:
    with in_reader_language(None):
        return ticket_form(TicketStaffOut, ticket)


def _customer(ticket: Ticket) -> dict[str, Any]:
    with in_reader_language(ticket.customer):
        return ticket_form(TicketCustomerOut, ticket)


def ticket_created(ticket: Ticket) -> None:
    """To those who take tickets, to its customer, and to the agent it was given to."""
    staff = _staff(ticket)
    forms = {QUEUE: staff, user_room(ticket.customer_id): _customer(ticket)}
    if ticket.assignee_id:
        forms[user_room(ticket.assignee_id)] = staff
    emit("ticket:created", forms)


def ticket_updated(ticket: Ticket, *, public: bool = True) -> None:
    """To the ticket's rooms; a change that customers do not see goes to staff alone."""
    staff = _staff(ticket)
    forms = {staff_room(ticket.pk): staff, QUEUE: staff}
    if public:
        forms[customer_room(ticket.pk)] = _customer(ticket)
    emit("ticket:updated", forms)


def ticket_assigned(ticket: Ticket, previous: User | None) -> None:
    """To the ticket's rooms, and to the agents who got it and lost it."""
    staff = _staff(ticket)
    forms = {staff_room(ticket.pk): staff, QUEUE: staff, customer_room(ticket.pk): _customer(ticket)}
    for agent in (ticket.assignee, previous):
        if agent:
            forms[user_room(agent.pk)] = staff
    emit("ticket:assigned", forms)


def message_added(message: Message) -> None:
    """To the ticket's rooms; a note to the staff room alone."""
    forms = {staff_room(message.ticket_id): message_forms([message], staff=True)[0]}
    if not message.is_internal:
        forms[customer_room(message.ticket_id)] = message_forms([message], staff=False)[0]
    emit("ticket:message", forms)
