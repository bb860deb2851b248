"""Answer what the widget needs before anybody has signed in: its look, its texts, and whether agents are there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.response import Response

from chat.watch import people_are_here
from core.api.permissions import Public
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import FormOut
from core.api.views import ApiView, ok
from widget.looks import looks


class ProactiveOut(FormOut):
    """A greeting that comes by itself after so many seconds (0: never) on pages whose paths begin so; all, if none."""

    seconds = serializers.IntegerField()
    pages = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField()


class WidgetSettingsOut(FormOut):
    title = serializers.CharField()
    greeting = serializers.CharField()
    color = serializers.CharField()
    is_open = serializers.BooleanField()
    proactive = ProactiveOut()
    max_file_bytes = serializers.IntegerField()
    max_files = serializers.IntegerField()


class WidgetSettings(ApiView):
    permission_classes = [Public]

    @describe("How the widget looks and whether somebody is there, in the caller's language", answer=WidgetSettingsOut)
    def get(self, request: ApiRequest) -> Response:
        return ok(WidgetSettingsOut.show(_settings()))


def _settings() -> dict[str, Any]:
    return {
        **looks(),
        "is_open": people_are_here(),
        "max_file_bytes": settings.MAX_UPLOAD_BYTES,
        "max_files": settings.MAX_UPLOAD_FILES,
    }
