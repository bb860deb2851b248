"""A notification on the wire."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.serializers import FormOut, IdField
from notifications.kinds import kinds
from notifications.models import Notification
from notifications.rendering import words


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class DataField(serializers.Field[Any, Any, Any, Any]):
    """Hold what a client opens: ids as strings under the names of the contract."""

    def to_representation(self, value: Any) -> Any:
        return value


class NotificationOut(FormOut):
    id = IdField()
    kind = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    data = DataField()  # type: ignore[assignment]
    read_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


def form_of(notification: Notification, language: str, *, visible: bool = True) -> dict[str, Any]:
    """Return the form in a language; of a thing that the reader may see no more, the kind and nothing else."""
    kind = kinds().get(notification.kind)
    title, body = "", ""
    if kind is not None and visible:
        title, body = words(notification.kind, notification.context, language)
    elif kind is not None:
        title = str(kind.label)
    shown = {
        "id": notification.pk,
        "kind": notification.kind,
        "title": title,
        "body": body,
        "data": notification.context.get("data", {}),
        "read_at": notification.read_at,
        "created_at": notification.created_at,
    }
    form: Any = NotificationOut(shown)
    return dict(form.data)
