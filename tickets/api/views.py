"""Tickets: opening, reading, listing, writing."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.lists import filtered, thread_page
from core.api.parameters import list_parameters, thread_parameters
from core.api.permissions import SignedIn
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.views import ApiView, envelope, ok
from core.idempotency import Answer
from tickets import operations, queries
from tickets.api import serializers as forms
from tickets.api.docs import MESSAGE, MESSAGE_IN, MESSAGES, TICKET, TICKET_IN, TICKETS
from tickets.api.filters import STAFF_SORTS, StaffTicketFilter, filters_for
from tickets.api.search import TEXT, found
from tickets.forms import message_forms, ticket_form
from tickets.models import Message, Ticket
from tickets.operations import NewMessage, NewTicket

LISTED = list_parameters(StaffTicketFilter, STAFF_SORTS)


class Tickets(ApiView):
    permission_classes = [SignedIn]

    def check_parameters(self, request: Request) -> None:
        """The filter set checks them."""

    @describe(
        "Tickets one may see, newest first; what only staff may ask is refused to customers",
        answer=TICKETS,
        meta="page",
        parameters=[*(OpenApiParameter(name, str) for name in sorted(TEXT)), *LISTED],
    )
    def get(self, request: ApiRequest) -> Response:
        given = request.query_params
        rows = filtered(queries.tickets_for(request.user), filters_for(request.user), request, also=TEXT)
        return found(rows, {name: given[name] for name in given}, request.user)

    @describe(
        "Open a ticket; staff open it for a customer",
        body=TICKET_IN,
        status={201: TICKET, 200: TICKET},
        once=True,
    )
    def post(self, request: ApiRequest) -> Response:
        user = request.user
        form = forms.TicketForCustomerIn if user.is_agent else forms.TicketIn
        data = self.read(form, request)

        def run() -> Answer:
            ticket = operations.create_ticket(NewTicket(**data), by=user)
            form = queries.form_for(user)
            return Answer(201, envelope(ticket_form(form, ticket, reader=user)))

        return self.create_once(request, run, still_visible=lambda stored: queries.sees(stored["id"], user))


class TicketDetail(ApiView):
    permission_classes = [SignedIn]

    @describe("A ticket", answer=TICKET)
    def get(self, request: ApiRequest, ref: str) -> Response:
        return ok(queries.ticket_data(ref, request.user))

    @describe("Change a ticket's fields", body=forms.TicketChangesIn, answer=TICKET)
    def patch(self, request: ApiRequest, ref: str) -> Response:
        queries.find(ref, request.user)
        changes = self.read(forms.TicketChangesIn, request)
        version = changes.pop("version", None)
        ticket = operations.update_ticket(ref, changes=changes, version=version, by=request.user)
        return ok(queries.changed_data(ticket, request.user))


class Messages(ApiView):
    permission_classes = [SignedIn]

    def parameters(self) -> set[str]:
        return {"before", "after", "limit"}

    @describe("A ticket's thread", answer=MESSAGES, meta="thread", parameters=thread_parameters())
    def get(self, request: ApiRequest, ref: str) -> Response:
        user = request.user
        rows, meta = thread_page(queries.thread(ref, user), request.query_params)
        if not rows:
            queries.find(ref, user)
        return ok(queries.thread_data(rows, user), meta=meta)

    @describe(
        "Reply, or write a note",
        body=MESSAGE_IN,
        status={201: MESSAGE, 200: MESSAGE},
        once=True,
        meta="opened",
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        user = request.user
        queries.find(ref, user)
        data = self.read(forms.StaffMessageIn if user.is_agent else forms.MessageIn, request)
        new = NewMessage(last_seen_id=data.pop("last_seen_message_id"), **data)

        def run() -> Answer:
            written = operations.add_message(ref, new, by=user)
            content = message_forms([written.message], staff=user.is_agent, reader=user)[0]
            meta = (
                {"openedTicket": {"id": str(written.opened.pk), "ticketNumber": written.opened.number}}
                if written.opened
                else None
            )
            return Answer(200 if written.repeated else 201, envelope(content, meta))

        return self.create_once(request, run, still_visible=lambda stored: _readable(stored["id"], user))


def _readable(message_id: str, user: Any) -> bool:
    mine = Ticket.objects.visible_to(user)
    return Message.objects.visible_to(user).filter(pk=message_id, ticket__in=mine).exists()
