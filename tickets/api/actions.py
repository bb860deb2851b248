"""Define what is done to a ticket: one address an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.response import Response

from core.api.permissions import SignedIn, Staff
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import FormIn, Nothing
from core.api.views import ApiView, envelope, ok
from core.idempotency import Answer
from core.ids import id_or_refuse
from tickets import operations, queries
from tickets.api import serializers as forms
from tickets.api.docs import TICKET
from tickets.models import Ticket


def action(summary: str, form: type[FormIn], run: Callable[..., Ticket], *, once: bool = False) -> type[ApiView]:
    """Return a view that reads `form` and calls one operation, `run(ref, data, by)`; it answers the ticket.

    `once` is for what adds up when it is sent again: it takes an Idempotency-Key.
    """

    class Action(ApiView):
        permission_classes = [SignedIn]

        @describe(summary, body=form, answer=TICKET, once=once)
        def post(self, request: ApiRequest, ref: str) -> Response:
            user = request.user
            # A ticket one does not see is absent whatever the body says; one may see it and be refused.
            queries.find(ref, user)
            data = self.read(form, request)
            if not once:
                return ok(queries.changed_data(run(ref, data, user), user))

            def answer() -> Answer:
                return Answer(200, envelope(queries.changed_data(run(ref, data, user), user)))

            return self.create_once(request, answer, still_visible=lambda stored: queries.sees(stored["id"], user))

    return Action


Status = action(
    "Change a ticket's status", forms.StatusIn, lambda ref, data, by: operations.change_status(ref, by=by, **data)
)
Assign = action(
    "Give a ticket to an agent, a team or nobody",
    forms.AssignIn,
    lambda ref, data, by: operations.assign(ref, by=by, **data),
)
Escalate = action(
    "Escalate a ticket",
    forms.EscalateIn,
    lambda ref, data, by: operations.escalate(ref, by=by, **data),
    once=True,
)
Merge = action(
    "Merge tickets into this one",
    forms.MergeIn,
    lambda ref, data, by: operations.merge(ref, data["source_ids"], by=by),
)
Unmerge = action(
    "Undo a merge; answers the source",
    forms.UnmergeIn,
    lambda ref, data, by: operations.unmerge(ref, data["source_id"], by=by),
)
Snooze = action(
    "Put a ticket aside until a time, or take it back with null",
    forms.SnoozeIn,
    lambda ref, data, by: operations.snooze(ref, by=by, **data),
)
ApplyMacro = action(
    "Carry out a macro on a ticket",
    forms.ApplyMacroIn,
    lambda ref, data, by: operations.apply_macro(
        ref, data.pop("macro_id"), last_seen_id=data.pop("last_seen_message_id"), by=by, **data
    ),
)
Rate = action("Rate a ticket", forms.RateIn, lambda ref, data, by: operations.rate(ref, by=by, **data))
Close = action("Close a ticket", Nothing, lambda ref, data, by: operations.close(ref, by=by))
Reopen = action("Reopen a ticket", Nothing, lambda ref, data, by: operations.reopen(ref, by=by))


class Watchers(ApiView):
    permission_classes = [Staff]

    @describe("Have someone watch a ticket", body=Nothing, answer=TICKET)
    def put(self, request: ApiRequest, ref: str, user_id: str) -> Response:
        queries.find(ref, request.user)
        self.read(Nothing, request)
        return ok(queries.changed_data(self._done(operations.watch, request, ref, user_id), request.user))

    @describe("Have someone watch a ticket no more")
    def delete(self, request: ApiRequest, ref: str, user_id: str) -> Response:
        self._done(operations.unwatch, request, ref, user_id)
        return ok(None)

    def _done(self, run: Callable[..., Ticket], request: ApiRequest, ref: str, user_id: str) -> Ticket:
        queries.find(ref, request.user)
        return run(ref, id_or_refuse(user_id), by=request.user)


class Split(ApiView):
    permission_classes = [Staff]

    @describe("Open another ticket with an answer of the customer", body=forms.SplitIn, status={201: TICKET}, once=True)
    def post(self, request: ApiRequest, ref: str) -> Response:
        user = request.user
        queries.find(ref, user)
        data = self.read(forms.SplitIn, request)

        def run() -> Answer:
            ticket = operations.split(ref, data["message_id"], subject=data["subject"], by=user)
            return Answer(201, envelope(queries.changed_data(ticket, user)))

        return self.create_once(request, run, still_visible=lambda stored: queries.sees(stored["id"], user))


class Links(ApiView):
    permission_classes = [Staff]

    @describe("Link two tickets", body=forms.LinkIn, status={201: TICKET}, once=True)
    def post(self, request: ApiRequest, ref: str) -> Response:
        user, data = request.user, self._read(request, ref)

        def run() -> Answer:
            ticket = operations.link(ref, data["ticket_id"], kind=data["kind"], by=user)
            return Answer(201, envelope(queries.changed_data(ticket, user)))

        return self.create_once(request, run, still_visible=lambda stored: queries.sees(stored["id"], user))

    @describe("Undo a link", body=forms.LinkIn)
    def delete(self, request: ApiRequest, ref: str) -> Response:
        data = self._read(request, ref)
        operations.unlink(ref, data["ticket_id"], kind=data["kind"], by=request.user)
        return ok(None)

    def _read(self, request: ApiRequest, ref: str) -> dict[str, Any]:
        queries.find(ref, request.user)
        return self.read(forms.LinkIn, request)
