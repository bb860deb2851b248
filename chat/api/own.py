"""A customer's own chat, which needs no id: he has one at a time."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response

from chat import operations, queries
from chat.api import serializers as forms
from chat.api.docs import OWN_MESSAGE, OWN_SESSION
from chat.forms import message_forms
from chat.models import Session
from chat.operations import NewChatMessage
from chat.watch import after_message
from core.api.lists import thread_page
from core.api.parameters import thread_parameters
from core.api.permissions import Customer
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import Nothing
from core.api.views import ApiView, envelope, ok
from core.idempotency import Answer
from tickets import queries as tickets
from tickets.api.docs import TICKET
from tickets.api.serializers import RateIn


def new_message(data: dict[str, Any]) -> NewChatMessage:
    """The validated body of a message as the operation takes it."""
    chosen = data.pop("quick_reply", None)
    quick_reply = (chosen["message_id"], chosen["value"]) if chosen else None
    return NewChatMessage(last_seen_id=data.pop("last_seen_message_id"), quick_reply=quick_reply, **data)


class OwnSession(ApiView):
    permission_classes = [Customer]

    @describe("One's open chat, else the last one that ended unrated, else null", answer=OWN_SESSION, or_null=True)
    def get(self, request: ApiRequest) -> Response:
        return ok(queries.own_data(request.user))


class OwnMessages(ApiView):
    permission_classes = [Customer]

    def parameters(self) -> set[str]:
        return {"before", "after", "limit"}

    @describe(
        "What was said in one's last chat",
        answer=OWN_MESSAGE(many=True),
        meta="thread",
        parameters=thread_parameters(),
    )
    def get(self, request: ApiRequest) -> Response:
        user = request.user
        rows, meta = thread_page(queries.thread(queries.own_or_refuse(user), user), request.query_params)
        return ok(queries.thread_data(rows, user), meta=meta)

    @describe(
        "Say something, or choose a quick reply",
        body=forms.ChatMessageIn,
        status={201: OWN_MESSAGE, 200: OWN_MESSAGE},
        once=True,
        meta="opened",
    )
    def post(self, request: ApiRequest) -> Response:
        user = request.user
        new = new_message(self.read(forms.ChatMessageIn, request))
        written: list[operations.Posted] = []

        def run() -> Answer:
            posted = operations.post(None, new, by=user)
            written.append(posted)
            content = message_forms([posted.message], staff=False, reader=user)[0]
            opened = posted.opened
            meta = {"openedTicket": {"id": str(opened.pk), "ticketNumber": opened.number}} if opened else None
            return Answer(200 if posted.repeated else 201, envelope(content, meta))

        response = self.create_once(request, run, still_visible=lambda stored: queries.readable(stored["id"], user))
        for posted in written:
            after_message(posted.message.session_id, posted.status, posted.message)
        return response


class OwnRead(ApiView):
    permission_classes = [Customer]

    @describe("Say up to which message one has read", body=forms.ReadIn, answer=forms.ReadOut)
    def post(self, request: ApiRequest) -> Response:
        queries.own_or_refuse(request.user)
        message_id = self.read(forms.ReadIn, request)["message_id"]
        read_at = operations.read(None, message_id, by=request.user)
        return ok(forms.ReadOut.show({"read_at": read_at}))


class OwnHandOver(ApiView):
    permission_classes = [Customer]

    @describe("Ask for a person", body=Nothing, answer=OWN_SESSION)
    def post(self, request: ApiRequest) -> Response:
        queries.own_or_refuse(request.user)
        self.read(Nothing, request)
        session = operations.hand_over(by=request.user)
        after_message(session.pk, session.status)
        return ok(queries.session_data(session.pk, request.user))


class OwnTicket(ApiView):
    permission_classes = [Customer]

    @describe(
        "Make a ticket of one's chat, which ends unless an agent has it; the one it has already answers 200",
        body=Nothing,
        status={201: TICKET, 200: TICKET},
        once=True,
    )
    def post(self, request: ApiRequest) -> Response:
        queries.own_or_refuse(request.user)
        self.read(Nothing, request)
        return ticket_of(self, request, None)


def ticket_of(view: ApiView, request: ApiRequest, ref: str | None) -> Response:
    """Make a ticket of a chat, once, and answer it in the caller's form."""
    user = request.user

    def run() -> Answer:
        ticket, made = operations.make_ticket(ref, by=user)
        return Answer(201 if made else 200, envelope(tickets.changed_data(ticket, user)))

    return view.create_once(request, run, still_visible=lambda stored: tickets.sees(stored["id"], user))


class OwnTranscript(ApiView):
    permission_classes = [Customer]
    rate = "transcript"

    @describe("Have the conversation sent by e-mail", body=forms.TranscriptIn)
    def post(self, request: ApiRequest) -> Response:
        queries.own_or_refuse(request.user)
        operations.mail_transcript(self.read(forms.TranscriptIn, request)["email"], by=request.user)
        return ok(None)


class OwnEnd(ApiView):
    permission_classes = [Customer]

    @describe("End one's chat; ending it again changes nothing", body=Nothing, answer=OWN_SESSION)
    def post(self, request: ApiRequest) -> Response:
        queries.own_or_refuse(request.user)
        self.read(Nothing, request)
        return ok(queries.session_data(operations.end(None, by=request.user).pk, request.user))


class OwnRating(ApiView):
    permission_classes = [Customer]

    @describe("Rate one's last chat that has ended", body=RateIn, answer=OWN_SESSION)
    def post(self, request: ApiRequest) -> Response:
        session: Session = operations.rate(by=request.user, **self.read(RateIn, request))
        return ok(queries.session_data(session.pk, request.user))
