"""Rooms of tickets: one for the customer, one for staff, one for all who take tickets."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from core.ids import by_id
from core.protocols import Room, Viewer
from tickets.models import Ticket


def _visible(user: Viewer, refs: Collection[str]) -> Mapping[str, str]:
    """The seen ones among references by id or by number → their ids."""
    ids = by_id(refs)
    numbers = {ref.upper(): ref for ref in refs if ref[:4].upper() == "TKT-" and ref.isascii() and len(ref) <= 24}
    numbers = {number: ref for number, ref in numbers.items() if "\x00" not in number}
    if not ids and not numbers:
        return {}
    wanted = Q(pk__in=list(ids)) | Q(number__in=list(numbers)) if numbers else Q(pk__in=list(ids))
    found = Ticket.objects.visible_to(user).filter(wanted).values_list("pk", "number")
    named = [(given, str(pk)) for pk, number in found for given in (ids.get(pk), numbers.get(number))]
    return {given: pk for given, pk in named if given is not None}


class TicketRoom(Room):
    """`ticket:{id}`: a ticket in the customer form; its customer alone joins it (staff are put in the staff room)."""

    prefix = "ticket"
    audience = "customer"
    staff_prefix = "ticket-staff"
    key = "ticketId"
    join_action = "joinTicket"
    leave_action = "leaveTicket"

    def joinable(self, user: Viewer, refs: Collection[str]) -> Mapping[str, str]:
        return {} if user.is_agent else _visible(user, refs)


class TicketStaffRoom(Room):
    """`ticket-staff:{id}`: every event of a ticket, notes included, in the staff form."""

    prefix = "ticket-staff"
    audience = "staff"
    key = "ticketId"

    def joinable(self, user: Viewer, refs: Collection[str]) -> Mapping[str, str]:
        return _visible(user, refs) if user.is_agent else {}


class TicketQueueRoom(Room):
    """`queue:tickets`: what happens to tickets, for those who may see all of them."""

    prefix = "queue"
    audience = "staff"

    def joinable(self, user: Viewer, refs: Collection[str]) -> Mapping[str, str]:
        allowed = user.is_active and user.is_agent and user.has_perm("support.tickets.view_all")
        return {ref: ref for ref in refs if ref == "tickets" and allowed}

    def automatic(self, user: Viewer) -> Sequence[str]:
        return list(self.joinable(user, ["tickets"]))


QUEUE = "queue:tickets"


def customer_room(ticket_id: int) -> str:
    return f"ticket:{ticket_id}"


def staff_room(ticket_id: int) -> str:
    return f"ticket-staff:{ticket_id}"


def room_for(user: Viewer, ticket_id: int) -> str:
    """The room that carries a ticket's events to this person."""
    return staff_room(ticket_id) if user.is_agent else customer_room(ticket_id)
