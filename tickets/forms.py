"""Forms of tickets on the wire, one for each audience; a customer form has no internal field to leak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from core.api.serializers import Bilingual, FormOut, IdField, PersonRef, Realtime
from core.links import link_to
from tickets.models import AuthorType, LinkKind, Message, Ticket
from tickets.rooms import customer_room, staff_room
from tickets.states import PRIORITIES, Status
from uploads.forms import AttachmentOut


class NameOnly(FormOut):
    name = serializers.CharField()


class CustomerRef(PersonRef):
    email = serializers.CharField(source="address")
    phone = serializers.CharField()


class LinkOut(FormOut):
    ticket_id = IdField()
    ticket_number = serializers.CharField()
    kind = serializers.ChoiceField(choices=LinkKind.choices)


class RatingOut(FormOut):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    feedback = serializers.CharField()
    rated_at = serializers.DateTimeField()


class SlaOut(FormOut):
    first_response_due_at = serializers.DateTimeField(allow_null=True)
    next_response_due_at = serializers.DateTimeField(allow_null=True)
    resolution_due_at = serializers.DateTimeField(allow_null=True)
    breached = serializers.BooleanField(source="sla_breached")
    paused = serializers.BooleanField(source="sla_paused")


class TicketRef(FormOut):
    id = IdField()
    ticket_number = serializers.CharField(source="number")


class _TicketOut(FormOut):
    """Hold what both audiences read."""

    id = IdField()
    ticket_number = serializers.CharField(source="number")
    subject = serializers.CharField()
    description = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    priority = serializers.ChoiceField(choices=list(PRIORITIES), source="priority_name")
    category = Bilingual(allow_null=True)
    order_id = serializers.CharField()
    product_id = serializers.CharField()
    attachments = serializers.SerializerMethodField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    merged_into = TicketRef(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    last_message_at = serializers.DateTimeField()
    rating = serializers.SerializerMethodField()
    realtime = serializers.SerializerMethodField()

    room = staticmethod(customer_room)

    @classmethod
    @extend_schema_field(AttachmentOut(many=True))
    def get_attachments(cls, ticket: Ticket, reader: User | None) -> Any:
        return linked(ticket.attachment_rows, reader)

    @classmethod
    @extend_schema_field(RatingOut(allow_null=True))
    def get_rating(cls, ticket: Ticket, reader: User | None) -> Any:
        rating = getattr(ticket, "rating", None)
        return RatingOut.show(rating) if rating else None

    @classmethod
    @extend_schema_field(Realtime())
    def get_realtime(cls, ticket: Ticket, reader: User | None) -> Any:
        return {"room": cls.room(ticket.pk), "seq": 0}  # the seq is filled in by ticket_forms


class TicketCustomerOut(_TicketOut):
    """The ticket as its customer reads it."""

    assignee = NameOnly(allow_null=True)
    message_count = serializers.IntegerField()


class TicketStaffOut(_TicketOut):
    """The ticket as agents read it."""

    room = staticmethod(staff_room)

    team = Bilingual(allow_null=True)
    customer = CustomerRef()
    assignee = PersonRef(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    watchers = serializers.SerializerMethodField()
    message_count = serializers.SerializerMethodField()
    escalated_at = serializers.DateTimeField(allow_null=True)
    escalation_level = serializers.IntegerField()
    first_response_at = serializers.DateTimeField(allow_null=True)
    chat_session_id = IdField(allow_null=True)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    links = serializers.SerializerMethodField()
    sla = SlaOut(source="*")
    staff_updated_at = serializers.DateTimeField()

    @classmethod
    @extend_schema_field(PersonRef(many=True))
    def get_watchers(cls, ticket: Ticket, reader: User | None) -> Any:
        return [{"id": str(row["id"]), "name": row["name"]} for row in ticket.watcher_rows]

    @classmethod
    def get_message_count(cls, ticket: Ticket, reader: User | None) -> int:
        return ticket.message_count + ticket.note_count

    @classmethod
    @extend_schema_field(LinkOut(many=True))
    def get_links(cls, ticket: Ticket, reader: User | None) -> Any:
        rows = [*ticket.link_rows, *ticket.back_link_rows]
        return [{**row, "ticketId": str(row["ticketId"])} for row in rows]


class AuthorOut(FormOut):
    """Say who wrote a message; staff are named to customers, nothing more."""

    id = IdField()
    type = serializers.ChoiceField(choices=AuthorType.choices)
    name = serializers.CharField()


class EmptyIsNull(serializers.CharField):
    """Text of which none is stored as an empty one and shown as null."""

    def to_representation(self, value: Any) -> Any:
        return value or None


class MessageCustomerOut(FormOut):
    """A public message."""

    id = IdField()
    ticket_id = IdField()
    author = serializers.SerializerMethodField()
    body = serializers.CharField()
    attachments = serializers.SerializerMethodField()
    client_message_id = EmptyIsNull(allow_null=True)
    created_at = serializers.DateTimeField()

    @classmethod
    @extend_schema_field(AuthorOut())
    def get_author(cls, message: Message, reader: User | None) -> Any:
        return {"id": str(message.author_id), "type": message.author_type, "name": message.author.name}

    @classmethod
    @extend_schema_field(AttachmentOut(many=True))
    def get_attachments(cls, message: Message, reader: User | None) -> Any:
        return linked(message.attachment_rows, reader)


class MessageStaffOut(MessageCustomerOut):
    """Any message, notes included."""

    is_internal = serializers.BooleanField()


def ticket_form(kind: type[_TicketOut], ticket: Ticket, *, reader: User | None = None, seq: int = 0) -> dict[str, Any]:
    """One ticket in a form; `reader` signs links, `seq` is its room's latest number before the ticket was read."""
    return ticket_forms(kind, [ticket], reader=reader, seqs={ticket.pk: seq})[0]


def ticket_forms(
    kind: type[_TicketOut], tickets: list[Ticket], *, reader: User | None, seqs: Mapping[int, int]
) -> list[dict[str, Any]]:
    """Tickets of one page in a form."""
    found = [kind.show(ticket, reader) for ticket in tickets]
    for ticket, form in zip(tickets, found, strict=True):
        form["realtime"]["seq"] = seqs.get(ticket.pk, 0)
    return found


def message_forms(messages: list[Message], *, staff: bool, reader: User | None = None) -> list[dict[str, Any]]:
    """Messages in the form of one audience. ValueError for a note in the customer form."""
    if not staff and any(message.is_internal for message in messages):
        raise ValueError("A note has no customer form.")
    kind = MessageStaffOut if staff else MessageCustomerOut
    return [kind.show(message, reader) for message in messages]


def linked(rows: list[dict[str, Any]], reader: User | None) -> list[dict[str, Any]]:
    """Attachment rows with links for this reader."""
    return [{"id": row["id"], "url": link_to(row["id"], row["filename"], reader), **row} for row in rows]


def in_reader_language(user: User | None) -> Any:
    """Names in a person's language; the site's own for rooms that many read."""
    return translation.override(user.language if user else settings.LANGUAGE_CODE)
