"""Chats as staff have them; and the way into one for customers."""

from __future__ import annotations

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from chat import operations, policies, queries
from chat.api import serializers as forms
from chat.api.docs import OWN_SESSION, STAFF_MESSAGE, STAFF_SESSION
from chat.api.filters import SORTS, SessionFilter
from chat.api.own import new_message, ticket_of
from chat.forms import message_forms
from chat.watch import after_message
from core.api.lists import filtered, paginate, read_paging, thread_page
from core.api.parameters import list_parameters, thread_parameters
from core.api.permissions import SignedIn, Staff
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import Nothing
from core.api.views import ApiView, envelope, ok
from core.errors import Forbidden, NotFound
from core.idempotency import Answer
from tickets.api.docs import TICKET


class Sessions(ApiView):
    permission_classes = [SignedIn]

    def check_parameters(self, request: Request) -> None:
        """The filter set checks them."""

    @describe(
        "Chats one may see, newest first; for staff",
        answer=STAFF_SESSION(many=True),
        meta="page",
        parameters=list_parameters(SessionFilter, SORTS),
    )
    def get(self, request: ApiRequest) -> Response:
        user = request.user
        if user.is_customer:
            raise NotFound
        if not (user.has_perm(policies.VIEW) or user.has_perm(policies.ACCEPT)):
            raise Forbidden(policies.VIEW)
        rows = filtered(queries.sessions_for(user), SessionFilter, request)
        paging = read_paging(request.query_params, SORTS, "createdAt")
        page = paginate(rows.only("pk", SORTS[paging.sort].column), paging, SORTS)
        return ok(queries.page_data(page.rows, user), meta=page.meta)

    @describe(
        "Start a chat, for customers; 200 with the one that is open",
        body=forms.StartIn,
        status={201: OWN_SESSION, 200: OWN_SESSION},
        once=True,
    )
    def post(self, request: ApiRequest) -> Response:
        user = request.user
        if user.is_agent:
            raise Forbidden
        data = self.read(forms.StartIn, request)
        begun: list[operations.Started] = []

        def run() -> Answer:
            started = operations.start(by=user, text=data["message"], language=data["language"])
            begun.append(started)
            return Answer(201 if started.fresh else 200, envelope(queries.session_data(started.session.pk, user)))

        response = self.create_once(request, run, still_visible=lambda stored: queries.sees(stored["id"], user))
        for started in begun:
            after_message(started.session.pk, started.session.status, started.message)
        return response


class SessionDetail(ApiView):
    permission_classes = [Staff]

    @describe("A chat", answer=STAFF_SESSION)
    def get(self, request: ApiRequest, ref: str) -> Response:
        return ok(queries.session_data(queries.find(ref, request.user).pk, request.user))


class Messages(ApiView):
    permission_classes = [Staff]

    def parameters(self) -> set[str]:
        return {"before", "after", "limit"}

    @describe("What was said in a chat", answer=STAFF_MESSAGE(many=True), meta="thread", parameters=thread_parameters())
    def get(self, request: ApiRequest, ref: str) -> Response:
        user = request.user
        rows, meta = thread_page(queries.thread(queries.find(ref, user), user), request.query_params)
        return ok(queries.thread_data(rows, user), meta=meta)

    @describe(
        "Write as the chat's agent, or leave a note",
        body=forms.StaffChatMessageIn,
        status={201: STAFF_MESSAGE, 200: STAFF_MESSAGE},
        once=True,
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        user = request.user
        try:
            new = new_message(self.read(forms.StaffChatMessageIn, request))
        except ValidationError:
            queries.find(ref, user)  # what one does not see is absent whatever the body says
            raise

        def run() -> Answer:
            posted = operations.post(ref, new, by=user)
            content = message_forms([posted.message], staff=True, reader=user)[0]
            return Answer(200 if posted.repeated else 201, envelope(content))

        return self.create_once(request, run, still_visible=lambda stored: queries.readable(stored["id"], user))


class Accept(ApiView):
    permission_classes = [Staff]

    @describe("Take a chat; 409 names who was faster", body=Nothing, answer=STAFF_SESSION)
    def post(self, request: ApiRequest, ref: str) -> Response:
        queries.find(ref, request.user)
        self.read(Nothing, request)
        return ok(queries.session_data(operations.accept(ref, by=request.user).pk, request.user))


class Transfer(ApiView):
    permission_classes = [Staff]

    @describe("Give a chat to another agent, or back to the queue", body=forms.TransferIn, answer=STAFF_SESSION)
    def post(self, request: ApiRequest, ref: str) -> Response:
        queries.find(ref, request.user)
        data = self.read(forms.TransferIn, request)
        session = operations.transfer(ref, by=request.user, **data)
        return ok(queries.session_data(session.pk, request.user))


class Read(ApiView):
    permission_classes = [Staff]

    @describe("Say up to which message its agent has read", body=forms.ReadIn, answer=forms.ReadOut)
    def post(self, request: ApiRequest, ref: str) -> Response:
        queries.find(ref, request.user)
        message_id = self.read(forms.ReadIn, request)["message_id"]
        return ok(forms.ReadOut.show({"read_at": operations.read(ref, message_id, by=request.user)}))


class End(ApiView):
    permission_classes = [Staff]

    @describe("End a chat as its agent; ending it again changes nothing", body=Nothing, answer=STAFF_SESSION)
    def post(self, request: ApiRequest, ref: str) -> Response:
        queries.find(ref, request.user)
        self.read(Nothing, request)
        return ok(queries.session_data(operations.end(ref, by=request.user).pk, request.user))


class Ticket(ApiView):
    permission_classes = [Staff]

    @describe(
        "Make a ticket of a chat as its agent; the one it has already answers 200",
        body=Nothing,
        status={201: TICKET, 200: TICKET},
        once=True,
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        queries.find(ref, request.user)
        self.read(Nothing, request)
        return ticket_of(self, request, ref)
