"""PUT and DELETE /tickets/{ref}/mute: hear nothing of a ticket that one sees, or hear of it again."""

from __future__ import annotations

from rest_framework.response import Response

from core.api.permissions import SignedIn
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import Nothing
from core.api.views import ApiView, ok
from notifications import operations
from tickets import queries


class Mute(ApiView):
    permission_classes = [SignedIn]

    @describe("Be told nothing more of a ticket", body=Nothing)
    def put(self, request: ApiRequest, ref: str) -> Response:
        conversation = _conversation(ref, request)
        self.read(Nothing, request)
        operations.mute(conversation, by=request.user)
        return ok(None)

    @describe("Be told of a ticket again")
    def delete(self, request: ApiRequest, ref: str) -> Response:
        conversation = _conversation(ref, request)
        self.read(Nothing, request)
        operations.unmute(conversation, by=request.user)
        return ok(None)


def _conversation(ref: str, request: ApiRequest) -> str:
    """Return the ticket's word in the outbox; raises NotFound."""
    return f"ticket:{queries.find(ref, request.user).pk}"
