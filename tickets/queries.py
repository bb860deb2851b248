"""Reading tickets: detail and list in the reader's form, threads, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.models import Role, User
from core.api.lists import PAGING
from core.database.compiled import Prepared
from core.errors import NotFound
from core.ids import as_number
from core.prepared import AnyOf
from realtime.log import latest_seq_of, latest_seqs
from tickets.forms import TicketCustomerOut, TicketStaffOut, message_forms, ticket_form, ticket_forms
from tickets.models import Message, Ticket
from tickets.querysets import TicketQuerySet
from tickets.rooms import room_for


def tickets_for(user: User) -> TicketQuerySet:
    """Return what lists show, before filters."""
    return Ticket.objects.visible_to(user)


def brief(rows: QuerySet[Ticket], column: str) -> QuerySet[Ticket]:
    """Rows of a list's page: id and the column of its order, often read from an index; `page_data` reads the rest."""
    return rows.only("pk", column)


# Each of these has an index in the order of creation, which serves any value; two of them have one together.
_INDEXED = ({"status"}, {"agentId"}, {"customerId"}, {"categoryId"}, {"status", "agentId"})


def by_one_index(given: Mapping[str, Any], user: User) -> bool:
    """Return whether a list in the order of creation is answered by one index whatever its filters' values are."""
    filters = {name for name, value in given.items() if name not in PAGING and value not in (None, "")}
    if "," in str(given.get("status", "")) or isinstance(given.get("status"), list):
        return False
    return filters in _INDEXED or not filters if sees_all(user) else user.is_customer and not filters


def sees_all(user: User) -> bool:
    """Return whether the rule of who sees what leaves every ticket."""
    return not tickets_for(user).query.where


def sees(ref: str, user: User) -> bool:
    """Return whether this person sees the ticket today."""
    return tickets_for(user).by_ref(ref).exists()


def find(ref: str, user: User) -> Ticket:
    """A ticket the user sees, without what forms show; raises NotFound."""
    ticket = tickets_for(user).by_ref(ref).first()
    if ticket is None:
        raise NotFound
    return ticket


def ticket_data(ref: str, user: User) -> dict[str, Any]:
    """Return a ticket in the reader's form, its room's latest number read with it; raises NotFound."""
    pk = as_number(ref)
    if pk is not None and user.is_customer and user.is_active:
        return _form(_ONE_TO_CUSTOMER.fetch(pk=pk, room=room_for(user, pk), customer=user.pk), user)
    return _data(_id_of(ref, user), user)


def _to_customer(pk: int, customer: int) -> TicketQuerySet:
    """The ticket, if the rule of who sees what shows it to this customer."""
    return tickets_for(User(pk=customer, role=Role.CUSTOMER)).filter(pk=pk)


_TO_CUSTOMER: Prepared[Ticket] = Prepared(
    lambda pk, customer: _to_customer(pk, customer).only("pk", "merged_into_id"), pk=-1, customer=-2
)
_ONE_TO_CUSTOMER: Prepared[Ticket] = Prepared(
    lambda pk, room, customer: _to_customer(pk, customer).complete().annotate(latest_seq=latest_seq_of(room)),
    pk=-1,
    room="a room",
    customer=-2,
)


def _id_of(ref: str, user: User) -> int:
    """The id of a ticket the user sees, or NotFound; an id as such is taken as given from who sees every ticket."""
    pk = as_number(ref)
    if pk is not None and user.is_customer and user.is_active:
        if not _TO_CUSTOMER.fetch(pk=pk, customer=user.pk):
            raise NotFound
        return pk
    if pk is not None and sees_all(user):
        return pk
    found: int | None = tickets_for(user).by_ref(ref).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return found


def changed_data(ticket: Ticket, user: User) -> dict[str, Any]:
    """Return a ticket as an operation left it, in the form of its caller; read anew, since the number moved with it.

    They are answered although they may have given it away from their own sight.
    """
    return _data(ticket.pk, user)


_COMPLETE: Prepared[Ticket] = Prepared(lambda ids: Ticket.objects.complete().filter(AnyOf("pk", ids)), ids=[-1])
# For a list of one PostgreSQL would make a plan of its own each time.
_ONE: Prepared[Ticket] = Prepared(
    lambda pk, room: Ticket.objects.complete().annotate(latest_seq=latest_seq_of(room)).filter(pk=pk),
    pk=-1,
    room="a room",
)


def complete(ref: str, user: User) -> Ticket:
    """Return a ticket the user sees with all that the staff form shows; raises NotFound."""
    pk = as_number(ref)
    if pk is not None and sees_all(user):
        found = _COMPLETE.fetch(ids=[pk])
    else:
        found = list(tickets_for(user).complete().by_ref(ref)[:1])
    if not found:
        raise NotFound
    return found[0]


def _data(pk: int, user: User) -> dict[str, Any]:
    return _form(_ONE.fetch(pk=pk, room=room_for(user, pk)), user)


def _form(found: list[Ticket], user: User) -> dict[str, Any]:
    """Return the ticket that a query found with its room's latest number; raise NotFound."""
    if not found:
        raise NotFound
    latest_seq: int | None = vars(found[0])["latest_seq"]
    return ticket_form(form_for(user), found[0], reader=user, seq=latest_seq or 0)


def as_it_is(ticket: Ticket, reader: User) -> dict[str, Any]:
    """Return a ticket at hand in the reader's form, as the details of a refusal."""
    room = room_for(reader, ticket.pk)
    return ticket_form(form_for(reader), ticket, reader=reader, seq=latest_seqs([room])[room])


def as_they_are(messages: list[Message], reader: User) -> list[dict[str, Any]]:
    """Return messages at hand in the reader's form, as the details of a refusal."""
    return message_forms(messages, staff=reader.is_agent, reader=reader)


def page_data(tickets: list[Ticket], user: User) -> list[dict[str, Any]]:
    """A page of tickets in the reader's form."""
    rooms = {ticket.pk: room_for(user, ticket.pk) for ticket in tickets}
    seqs = latest_seqs(list(rooms.values()))
    complete = {ticket.pk: ticket for ticket in _COMPLETE.fetch(ids=list(rooms))}
    rows = [complete[ticket.pk] for ticket in tickets if ticket.pk in complete]
    return ticket_forms(form_for(user), rows, reader=user, seqs={pk: seqs[room] for pk, room in rooms.items()})


def form_for(user: User) -> type[TicketStaffOut] | type[TicketCustomerOut]:
    return TicketStaffOut if user.is_agent else TicketCustomerOut


def thread(ref: str, user: User) -> QuerySet[Message]:
    """The ids of a ticket's messages that the user may read; raises NotFound, or finds nothing for an absent id.

    To its customer the thread of a merged ticket is that of the one it was merged into.
    """
    pk = _thread_of(ref, user) if user.is_customer else _id_of(ref, user)
    return Message.objects.filter(ticket_id=pk).visible_to(user).only("pk")


def _thread_of(ref: str, user: User) -> int:
    """The id of the ticket in which a customer's ticket goes on: itself, or where its merges lead."""
    pk = as_number(ref)
    if pk is not None and user.is_active:
        found = _TO_CUSTOMER.fetch(pk=pk, customer=user.pk)
    else:
        found = list(tickets_for(user).by_ref(ref).only("pk", "merged_into_id")[:1])
    if not found:
        raise NotFound
    ticket = found[0]
    return Ticket.objects.end_of_merges(ticket.pk) if ticket.merged_into_id else ticket.pk


_MESSAGES: Prepared[Message] = Prepared(lambda ids: Message.objects.complete().filter(AnyOf("pk", ids)), ids=[-1])


def thread_data(messages: Sequence[Message], user: User) -> list[dict[str, Any]]:
    """These messages in the reader's form."""
    complete = {message.pk: message for message in _MESSAGES.fetch(ids=[message.pk for message in messages])}
    rows = [complete[message.pk] for message in messages if message.pk in complete]
    return message_forms(rows, staff=user.is_agent, reader=user)
