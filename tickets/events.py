"""Events of tickets: which rooms hear of what. `tickets.event_forms` declares what they are told."""

from __future__ import annotations

from accounts.models import User
from accounts.rooms import user_room
from realtime.publish import Shown, emit
from tickets.models import Message, Ticket
from tickets.rooms import QUEUE, customer_room, staff_room


def ticket_created(ticket: Ticket) -> None:
    """Tell those who take tickets, its customer, and the agent it was given to."""
    staff = Shown("staff", ticket)
    forms = {QUEUE: staff, user_room(ticket.customer_id): Shown("customer", ticket)}
    if ticket.assignee_id:
        forms[user_room(ticket.assignee_id)] = staff
    emit("ticket:created", forms)


def ticket_updated(ticket: Ticket, *, public: bool = True) -> None:
    """Tell the ticket's rooms; a change that customers do not see goes to staff alone."""
    staff = Shown("staff", ticket)
    forms = {staff_room(ticket.pk): staff, QUEUE: staff}
    if public:
        forms[customer_room(ticket.pk)] = Shown("customer", ticket)
    emit("ticket:updated", forms)


def ticket_assigned(ticket: Ticket, previous: User | None) -> None:
    """Tell the ticket's rooms, and the agents who got it and lost it."""
    staff = Shown("staff", ticket)
    forms = {staff_room(ticket.pk): staff, QUEUE: staff, customer_room(ticket.pk): Shown("customer", ticket)}
    for agent in (ticket.assignee, previous):
        if agent:
            forms[user_room(agent.pk)] = staff
    emit("ticket:assigned", forms)


def message_added(message: Message) -> None:
    """Tell the ticket's rooms; of a note the staff room alone."""
    forms = {staff_room(message.ticket_id): Shown("staff", message)}
    if not message.is_internal:
        forms[customer_room(message.ticket_id)] = Shown("customer", message)
    emit("ticket:message", forms)
