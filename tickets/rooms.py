"""Rooms of tickets: one for the customer, one for staff, one for all who take tickets."""

from core.protocols import Viewer
from tickets.models import Ticket


class TicketRoom:
    """`ticket:{id}`: a ticket in the customer form; its customer alone joins it (staff are put in the staff room)."""

    prefix = "ticket"
    audience = "customer"

    def can_join(self, user: Viewer, ref: str) -> bool:
        return not user.is_agent and Ticket.objects.visible_to(user).referred(ref).exists()


class TicketStaffRoom:
    """`ticket-staff:{id}`: every event of a ticket, notes included, in the staff form."""

    prefix = "ticket-staff"
    audience = "staff"

    def can_join(self, user: Viewer, ref: str) -> bool:
        return user.is_agent and Ticket.objects.visible_to(user).referred(ref).exists()


class TicketQueueRoom:
    """`queue:tickets`: what happens to tickets, for those who may see all of them."""

    prefix = "queue"
    audience = "staff"

    def can_join(self, user: Viewer, ref: str) -> bool:
        return ref == "tickets" and user.is_agent and user.has_perm("support.tickets.view_all")


QUEUE = "queue:tickets"


def customer_room(ticket_id: int) -> str:
    return f"ticket:{ticket_id}"


def staff_room(ticket_id: int) -> str:
    return f"ticket-staff:{ticket_id}"


def room_for(user: Viewer, ticket_id: int) -> str:
    """The room that carries a ticket's events to this person."""
    return staff_room(ticket_id) if user.is_agent else customer_room(ticket_id)
