"""Reading tickets: detail and list in the reader's form, threads, history."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from core.errors import NotFound
from realtime.publish import heads
from tickets.forms import TicketCustomerOut, TicketStaffOut, ticket_form, ticket_forms
from tickets.models import Message, Ticket
from tickets.querysets import MessageQuerySet, TicketQuerySet
from tickets.rooms import room_for


def tickets_for(user: User) -> TicketQuerySet:
    """What lists show, before filters."""
    return Ticket.objects.visible_to(user)


def brief(rows: QuerySet[Ticket], column: str) -> QuerySet[Ticket]:
    """Rows of a list's page: id and the column of its order, often read from an index; `page_data` reads the rest."""
    return rows.only("pk", column)


def sees(ref: str, user: User) -> bool:
    """Whether this person sees the ticket today."""
    return tickets_for(user).referred(ref).exists()


def find(ref: str, user: User) -> Ticket:
    """A ticket the user sees, without what forms show; raises NotFound."""
    ticket = tickets_for(user).referred(ref).first()
    if ticket is None:
        raise NotFound
    return ticket


def ticket_data(ref: str, user: User) -> dict[str, Any]:
    """A ticket in the reader's form, its room's head read before it; raises NotFound."""
    pk = tickets_for(user).referred(ref).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound
    return _data(pk, user, tickets_for(user))


def changed_data(ticket: Ticket, user: User) -> dict[str, Any]:
    """A ticket as an operation left it, in the form of whoever called it; read anew, since the head moved with it.

    He is answered although he may have given it away from his own sight.
    """
    return _data(ticket.pk, user, Ticket.objects.all())


def _data(pk: int, user: User, rows: TicketQuerySet) -> dict[str, Any]:
    room = room_for(user, pk)
    seq = heads([room])[room]
    ticket = rows.complete().filter(pk=pk).first()
    if ticket is None:
        raise NotFound
    return ticket_form(form_for(user), ticket, reader=user, seq=seq)


def page_data(tickets: list[Ticket], user: User) -> list[dict[str, Any]]:
    """A page of tickets in the reader's form."""
    rooms = {ticket.pk: room_for(user, ticket.pk) for ticket in tickets}
    seqs = heads(list(rooms.values()))
    complete = {ticket.pk: ticket for ticket in Ticket.objects.complete().filter(pk__in=rooms)}
    rows = [complete[ticket.pk] for ticket in tickets if ticket.pk in complete]
    return ticket_forms(form_for(user), rows, reader=user, seqs={pk: seqs[room] for pk, room in rooms.items()})


def form_for(user: User) -> type[TicketStaffOut] | type[TicketCustomerOut]:
    return TicketStaffOut if user.is_agent else TicketCustomerOut


def thread(ref: str, user: User) -> MessageQuerySet:
    """The messages of a ticket that the user may read; raises NotFound."""
    return Message.objects.complete().filter(ticket=find(ref, user)).visible_to(user)
