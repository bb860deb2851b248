"""Tell whether one takes chats."""

from __future__ import annotations

from django.conf import settings
from rest_framework.response import Response

from accounts.models import User
from accounts.operations import set_availability
from chat.api import serializers as forms
from chat.models import Session
from chat.states import Status
from core.api.permissions import Staff
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.views import ApiView, ok


class AvailabilityView(ApiView):
    permission_classes = [Staff]

    @describe("What one says of oneself", answer=forms.AvailabilityOut)
    def get(self, request: ApiRequest) -> Response:
        return ok(_data(request.user))

    @describe("Say whether one takes chats", body=forms.AvailabilityIn, answer=forms.AvailabilityOut)
    def put(self, request: ApiRequest) -> Response:
        status = self.read(forms.AvailabilityIn, request)["status"]
        return ok(_data(set_availability(request.user.pk, status=status, by=request.user)))


def _data(user: User) -> dict[str, object]:
    active = Session.objects.filter(agent_id=user.pk, status=Status.ACTIVE).count()
    facts = {"status": user.availability, "active_sessions": active, "capacity": settings.CHAT["capacity"]}
    return dict(forms.AvailabilityOut.show(facts))
