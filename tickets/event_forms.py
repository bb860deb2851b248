"""The events of tickets as sockets tell them: which rooms each may go to, and its data in the form of each audience."""

from __future__ import annotations

from typing import Any

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

_TICKET = {"customer": lambda: TicketCustomerOut, "staff": lambda: TicketStaffOut}
_MESSAGE = {"customer": lambda: MessageCustomerOut, "staff": lambda: MessageStaffOut}


def show_ticket(audience: str, ticket: Ticket) -> dict[str, Any]:
    """Return a ticket as its customer reads it, in their language, or as staff do, in that of the site."""
    if audience == "customer":
        with in_reader_language(ticket.customer):
            return ticket_form(TicketCustomerOut, ticket)
    with in_reader_language(None):
        return ticket_form(TicketStaffOut, ticket)


def show_message(audience: str, message: Message) -> dict[str, Any]:
    """Return a message for an audience; ValueError for a note in the customer form."""
    return message_forms([message], staff=audience == "staff")[0]


EVENTS = (
    EventSpec("ticket:created", "A ticket was opened", frozenset({"queue", "user"}), _TICKET, show_ticket),
    EventSpec(
        "ticket:updated",
        "A ticket changed",
        frozenset({"ticket", "ticket-staff", "queue"}),
        _TICKET,
        show_ticket,
        moves_access=True,
    ),
    EventSpec(
        "ticket:message",
        "A message came to a ticket",
        frozenset({"ticket", "ticket-staff"}),
        _MESSAGE,
        show_message,
        ends_typing=True,
    ),
    EventSpec(
        "ticket:assigned",
        "A ticket was given to an agent or taken from one",
        frozenset({"ticket", "ticket-staff", "queue", "user"}),
        _TICKET,
        show_ticket,
        moves_access=True,
    ),
)
