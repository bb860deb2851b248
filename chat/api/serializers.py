"""Define what the API takes about chats."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api.serializers import EmailField
from accounts.models import Availability, Language
from core.api.serializers import FormIn, FormOut, IdField, LongTextField, StrictBoolean, TextField
from tickets.api.serializers import references

MAX_MESSAGE = 10_000


class StartIn(FormIn):
    """A new chat, and what to say in it at once."""

    null_is_left_out = True
    message = LongTextField(max_length=MAX_MESSAGE, required=False, default="")
    language = serializers.ChoiceField(choices=Language.choices, required=False, default="")


class QuickReplyIn(FormIn):
    """The choice of a quick reply: under which message it stands, and its value."""

    message_id = IdField()
    value = TextField(max_length=2000)


class _MessageIn(FormIn):
    attachments = references()
    client_message_id = TextField(max_length=100, required=False, default="")
    last_seen_message_id = IdField(required=False, allow_null=True, default=None)
    force = StrictBoolean(required=False, default=False)


class ChatMessageIn(_MessageIn):
    """A customer's message, text, files or both; or in its place the quick reply they chose."""

    null_is_left_out = True
    body = LongTextField(max_length=MAX_MESSAGE, required=False, allow_blank=True, default="")
    quick_reply = QuickReplyIn(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["body"] and attrs["quick_reply"]:
            raise serializers.ValidationError({"body": [_("Send a body or a quick reply.")]})
        return attrs


class StaffChatMessageIn(_MessageIn):
    """An agent's message, or a note that customers never see."""

    body = LongTextField(max_length=MAX_MESSAGE, required=False, allow_blank=True, default="")
    is_internal = StrictBoolean(required=False, default=False)


class SendIn(ChatMessageIn):
    """A customer's message over the socket, which names itself: sent again it is stored once."""

    session_id = IdField()
    client_message_id = TextField(max_length=100)


class StaffSendIn(StaffChatMessageIn):
    """An agent's message over the socket."""

    session_id = IdField()
    client_message_id = TextField(max_length=100)


class ReadIn(FormIn):
    message_id = IdField()


class ReadOut(FormOut):
    read_at = serializers.DateTimeField()


class TranscriptIn(FormIn):
    email = EmailField(max_length=254)


class TransferIn(FormIn):
    """To an agent, else back to the queue; the note is for staff alone."""

    agent_id = IdField(required=False, allow_null=True, default=None)
    note = LongTextField(max_length=MAX_MESSAGE, required=False, allow_blank=True, default="")


class AvailabilityIn(FormIn):
    status = serializers.ChoiceField(choices=Availability.choices)


class AvailabilityOut(FormOut):
    """Hold what agents say of themselves, and how many chats they have of how many they can have."""

    status = serializers.ChoiceField(choices=Availability.choices)
    active_sessions = serializers.IntegerField()
    capacity = serializers.IntegerField()
