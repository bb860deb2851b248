"""Forms of chats on the wire, one for each audience; a customer form has no internal field to leak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Language, User
from bot.actions import ReplyAction
from chat.models import ChatMessage, Session
from chat.rooms import customer_room, staff_room
from chat.states import EndedBy, Status
from core.api.serializers import FormOut, IdField, PersonRef, Realtime
from core.links import link_to
from tickets.models import AuthorType
from uploads.forms import AttachmentOut


class AgentName(FormOut):
    """An agent as customers know him."""

    name = serializers.CharField()


class ChatCustomerRef(PersonRef):
    email = serializers.CharField(source="address")
    phone = serializers.CharField()


class ChatRatingOut(FormOut):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    feedback = serializers.CharField()
    rated_at = serializers.DateTimeField()


class _SessionOut(FormOut):
    """Hold what both audiences read."""

    id = IdField()
    status = serializers.ChoiceField(choices=Status.choices)
    language = serializers.ChoiceField(choices=Language.choices)
    position = serializers.IntegerField(source="queue_position", allow_null=True, min_value=1)
    waiting_since = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.SerializerMethodField()
    rating = serializers.SerializerMethodField()
    ticket_id = IdField(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    realtime = serializers.SerializerMethodField()

    room = staticmethod(customer_room)

    @classmethod
    @extend_schema_field(serializers.ChoiceField(choices=EndedBy.choices, allow_null=True))
    def get_ended_by(cls, session: Session, reader: User | None) -> Any:
        return session.ended_by or None

    @classmethod
    @extend_schema_field(ChatRatingOut(allow_null=True))
    def get_rating(cls, session: Session, reader: User | None) -> Any:
        rating = getattr(session, "rating", None)
        return ChatRatingOut.show(rating) if rating else None

    @classmethod
    @extend_schema_field(Realtime())
    def get_realtime(cls, session: Session, reader: User | None) -> Any:
        return {"room": cls.room(session.pk), "seq": 0}  # the seq is filled in by session_forms


class ChatSessionCustomerOut(_SessionOut):
    """A chat as its customer reads it."""

    customer = PersonRef()
    agent = AgentName(allow_null=True)


class ChatSessionStaffOut(_SessionOut):
    """A chat as agents read it."""

    room = staticmethod(staff_room)

    customer = ChatCustomerRef()
    agent = PersonRef(allow_null=True)


class ChatAuthorOut(FormOut):
    """Say who wrote a message; staff are named to customers, nothing more."""

    id = IdField()
    type = serializers.ChoiceField(choices=AuthorType.choices)
    name = serializers.CharField()


class QuickReplyOut(FormOut):
    """An answer to choose: send it as `quickReply {messageId, value}`; a `link` is opened by the client."""

    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()
    action = serializers.ChoiceField(choices=ReplyAction.choices)


class ChatMessageCustomerOut(FormOut):
    """A public message of a chat."""

    id = IdField()
    session_id = IdField()
    author = serializers.SerializerMethodField()
    body = serializers.CharField()
    attachments = serializers.SerializerMethodField()
    quick_replies = QuickReplyOut(many=True)
    client_message_id = serializers.SerializerMethodField()
    read_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    @classmethod
    @extend_schema_field(ChatAuthorOut())
    def get_author(cls, message: ChatMessage, reader: User | None) -> Any:
        return {"id": str(message.author_id), "type": message.author_type, "name": message.author_name}

    @classmethod
    @extend_schema_field(AttachmentOut(many=True))
    def get_attachments(cls, message: ChatMessage, reader: User | None) -> Any:
        rows = message.attachment_rows
        return [{"id": row["id"], "url": link_to(row["id"], row["filename"], reader), **row} for row in rows]

    @classmethod
    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_client_message_id(cls, message: ChatMessage, reader: User | None) -> Any:
        return message.client_message_id or None


class ChatMessageStaffOut(ChatMessageCustomerOut):
    """Any message of a chat, notes included."""

    is_internal = serializers.BooleanField()


class PositionOut(FormOut):
    """A waiting customer's place in the queue, from 1."""

    session_id = IdField()
    position = serializers.IntegerField(min_value=1)


class ChatReadOut(FormOut):
    """Someone has read all up to a message."""

    session_id = IdField()
    user_id = IdField()
    message_id = IdField()
    read_at = serializers.DateTimeField()


def session_forms(sessions: list[Session], *, staff: bool, seqs: Mapping[int, int]) -> list[dict[str, Any]]:
    """Return chats in the form of one audience; `seqs` are their rooms' latest numbers before they were read."""
    kind = ChatSessionStaffOut if staff else ChatSessionCustomerOut
    found = [kind.show(session) for session in sessions]
    for session, form in zip(sessions, found, strict=True):
        form["realtime"]["seq"] = seqs.get(session.pk, 0)
    return found


def message_forms(messages: list[ChatMessage], *, staff: bool, reader: User | None = None) -> list[dict[str, Any]]:
    """Messages in the form of one audience; `reader` signs links. ValueError for a note in the customer form."""
    if not staff and any(message.is_internal for message in messages):
        raise ValueError("A note has no customer form.")
    kind = ChatMessageStaffOut if staff else ChatMessageCustomerOut
    return [kind.show(message, reader) for message in messages]
