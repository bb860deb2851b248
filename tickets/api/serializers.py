"""Define what the API takes about tickets."""

from __future__ import annotations

import datetime
import re
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.serializers import (
    FormIn,
    FormOut,
    IdField,
    ListIn,
    LongTextField,
    StrictBoolean,
    StrictInteger,
    TextField,
)
from tickets.models import LinkKind, Macro
from tickets.states import PRIORITIES, Priority, Status

MAX_BODY = 50_000


class PriorityField(serializers.ChoiceField):
    """low, normal, high or urgent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=list(PRIORITIES), **options)

    def to_internal_value(self, data: Any) -> Priority:  # type: ignore[override]
        return PRIORITIES[str(super().to_internal_value(data))]


class MomentField(serializers.DateTimeField):
    """A moment as RFC 3339 writes it, with its offset from UTC."""

    pattern = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)

    def to_internal_value(self, value: Any) -> datetime.datetime:
        if not isinstance(value, str) or not self.pattern.fullmatch(value):
            self.fail("invalid", format="2026-03-01T09:00:00Z")
        return super().to_internal_value(value.upper())


def references(**options: Any) -> ListIn:
    """Attachment ids or links, at most ten."""
    return ListIn(child=TextField(max_length=2000), max_length=10, required=False, default=list, **options)


def tags(**options: Any) -> ListIn:
    return ListIn(child=TextField(max_length=40), max_length=20, required=False, **options)


def code(**options: Any) -> TextField:
    """An order's or product's id in the shop."""
    return TextField(max_length=64, allow_blank=True, required=False, **options)


class TicketIn(FormIn):
    """A new ticket of the caller."""

    null_is_left_out = True
    subject = TextField(max_length=200)
    description = LongTextField(max_length=MAX_BODY, required=False, allow_blank=True, default="")
    category_id = IdField(required=False, allow_null=True)
    priority = PriorityField(required=False)
    order_id = code()
    product_id = code()
    attachments = references()


class TicketForCustomerIn(TicketIn):
    """A new ticket that staff open for a customer."""

    customer_id = IdField()
    agent_id = IdField(required=False, allow_null=True)
    team_id = IdField(required=False, allow_null=True)
    tags = tags()


class TicketChangesIn(FormIn):
    subject = TextField(max_length=200, required=False)
    category_id = IdField(required=False, allow_null=True)
    priority = PriorityField(required=False)
    team_id = IdField(required=False, allow_null=True)
    tags = tags()
    order_id = code()
    product_id = code()
    version = StrictInteger(required=False, min_value=1)


class MessageIn(FormIn):
    """Text, files, or both."""

    null_is_left_out = True
    body = LongTextField(max_length=MAX_BODY, required=False, allow_blank=True, default="")
    attachments = references()
    client_message_id = TextField(max_length=100, required=False, default="")
    last_seen_message_id = IdField(required=False, allow_null=True, default=None)
    force = StrictBoolean(required=False, default=False)


class StaffMessageIn(MessageIn):
    null_is_left_out = False  # an `isInternal` that is not set must not make a note public
    is_internal = StrictBoolean(required=False, default=False)


class StatusIn(FormIn):
    status = serializers.ChoiceField(choices=Status.choices)
    note = LongTextField(max_length=MAX_BODY, allow_blank=True, required=False, default="")
    version = StrictInteger(required=False, min_value=1)


class AssignIn(FormIn):
    agent_id = IdField(allow_null=True)
    team_id = IdField(required=False, allow_null=True)
    version = StrictInteger(required=False, min_value=1)


class EscalateIn(FormIn):
    reason = LongTextField(max_length=2000)
    agent_id = IdField(required=False, allow_null=True)


class MergeIn(FormIn):
    source_ids = ListIn(child=IdField(), min_length=1, max_length=20)


class UnmergeIn(FormIn):
    source_id = IdField()


class RateIn(FormIn):
    null_is_left_out = True
    rating = StrictInteger(min_value=1, max_value=5)
    feedback = TextField(max_length=2000, allow_blank=True, required=False, default="")


class LinkIn(FormIn):
    ticket_id = IdField()
    kind = serializers.ChoiceField(choices=LinkKind.choices)


class SnoozeIn(FormIn):
    until = MomentField(allow_null=True)
    version = StrictInteger(required=False, min_value=1)


class SplitIn(FormIn):
    message_id = IdField()
    subject = TextField(max_length=200)


class MacroOut(FormOut):
    id = IdField()
    name_ar = serializers.CharField()
    name_en = serializers.CharField()
    reply_ar = serializers.CharField()
    reply_en = serializers.CharField()
    status = serializers.ChoiceField(choices=["", *Status.values])
    priority = serializers.SerializerMethodField()
    tags = serializers.ListField(child=serializers.CharField())
    holder = serializers.ChoiceField(choices=Macro.Holder.choices)

    @classmethod
    @extend_schema_field(serializers.ChoiceField(choices=list(PRIORITIES), allow_null=True))
    def get_priority(cls, macro: Macro, reader: Any) -> str | None:
        return Priority(macro.priority).wire if macro.priority else None


class ApplyMacroIn(FormIn):
    """The macro to carry out; a reply of it is sent once under one `clientMessageId`."""

    macro_id = IdField()
    client_message_id = TextField(max_length=100, required=False, default="")
    last_seen_message_id = IdField(required=False, allow_null=True, default=None)


class CategoryOut(FormOut):
    id = IdField()
    name_ar = serializers.CharField()
    name_en = serializers.CharField()
    parent_id = IdField(allow_null=True)
    is_active = serializers.BooleanField()


class CategoryIn(FormIn):
    name_ar = TextField(max_length=100)
    name_en = TextField(max_length=100)
    parent_id = IdField(required=False, allow_null=True)
    is_active = StrictBoolean(required=False)


class CannedOut(FormOut):
    id = IdField()
    title_ar = serializers.CharField()
    title_en = serializers.CharField()
    body_ar = serializers.CharField()
    body_en = serializers.CharField()
    shortcut = serializers.CharField()


class CannedIn(FormIn):
    title_ar = TextField(max_length=150)
    title_en = TextField(max_length=150)
    body_ar = LongTextField(max_length=10_000)
    body_en = LongTextField(max_length=10_000)
    shortcut = TextField(max_length=40)


def partly(form: type[FormIn]) -> type[FormIn]:
    """The same form with every field optional, for PATCH."""

    class Partly(form):  # type: ignore[misc,valid-type]
        def get_fields(self) -> Any:
            found = super().get_fields()
            for field in found.values():
                field.required = False
                field.default = serializers.empty
            return found

    Partly.__name__ = f"{form.__name__.removesuffix('In')}PatchIn"
    return Partly


CategoryPatchIn, CannedPatchIn = partly(CategoryIn), partly(CannedIn)
