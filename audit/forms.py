"""An audit entry on the wire; the names are the contract's."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.models import Detail, Entry
from core.api.serializers import FormOut, IdField

_VALUES = {"type": "object", "additionalProperties": True}


class EntryOut(FormOut):
    """Say who did what; an erased detail leaves its texts empty and says so in `metadata`."""

    id = IdField()
    action = serializers.CharField()
    entity_type = serializers.CharField()
    entity_id = serializers.CharField()
    entity_name = serializers.SerializerMethodField()
    actor_id = IdField(allow_null=True)
    actor_model = serializers.ChoiceField(choices=["Customer", "Agent", "Bot", "System"])
    actor_name = serializers.SerializerMethodField()
    old_values = serializers.SerializerMethodField()
    new_values = serializers.SerializerMethodField()
    metadata = serializers.SerializerMethodField()
    ip_address = serializers.SerializerMethodField()
    user_agent = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    @classmethod
    def get_entity_name(cls, entry: Entry, reader: Any) -> str:
        return str(_detail(entry, "entity_name", ""))

    @classmethod
    def get_actor_name(cls, entry: Entry, reader: Any) -> str:
        return str(_detail(entry, "actor_name", ""))

    @classmethod
    @extend_schema_field(_VALUES)
    def get_old_values(cls, entry: Entry, reader: Any) -> Any:
        return _detail(entry, "old_values", {})

    @classmethod
    @extend_schema_field(_VALUES)
    def get_new_values(cls, entry: Entry, reader: Any) -> Any:
        return _detail(entry, "new_values", {})

    @classmethod
    @extend_schema_field(_VALUES)
    def get_metadata(cls, entry: Entry, reader: Any) -> Any:
        return _detail(entry, "metadata", {"erased": True})

    @classmethod
    def get_ip_address(cls, entry: Entry, reader: Any) -> str:
        return str(_detail(entry, "ip_address", ""))

    @classmethod
    def get_user_agent(cls, entry: Entry, reader: Any) -> str:
        return str(_detail(entry, "user_agent", ""))


def _detail(entry: Entry, name: str, erased: Any) -> Any:
    detail: Detail | None = getattr(entry, "detail", None)
    return getattr(detail, name) if detail else erased
