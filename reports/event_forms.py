"""The event of an export as sockets tell it."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers

from core.api.serializers import FormOut
from realtime.registry import EventSpec
from reports.events import UPDATED
from reports.models import Export


class ExportOut(FormOut):
    """`url` is fetched with one's own token, or signed in to the back office, until it expires."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Export.Status.values)
    progress = serializers.IntegerField(min_value=0, max_value=100)
    row_count = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField(allow_null=True)

    @classmethod
    def get_url(cls, export: Export, reader: object) -> str | None:
        if export.status != Export.Status.DONE or not export.key:
            return None
        return settings.SITE_URL + reverse("report-export-file", args=[export.pk])


EVENTS = (
    EventSpec(
        UPDATED,
        "An export is queued, further on, ready, or will not come",
        frozenset({"user"}),
        {"staff": lambda: ExportOut, "customer": lambda: ExportOut},
    ),
)
