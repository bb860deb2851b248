"""Kinds of notification that chats give occasion to: who is told, what, and whether it still makes sense."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Availability, User
from chat.models import ChatMessage, Session
from chat.rooms import customer_room, staff_room
from chat.states import Status
from chat.transcript import transcript
from notifications.kinds import Kind
from notifications.models import Channel, Item
from notifications.models.preferences import Audience

_SAMPLES = {
    "ar": {
        "customer_name": "سارة العتيبي",
        "agent_name": "خالد الحربي",
        "author_name": "خالد الحربي",
        "message": "مرحبًا سارة، كيف أساعدك في الطلب ORD-1042؟",
        "transcript": "[2026-03-01 14:05] سارة العتيبي: أين طلبي ORD-1042؟\n"
        "[2026-03-01 14:06] خالد الحربي: خرج اليوم مع المندوب.",
    },
    "en": {
        "customer_name": "Sam Carter",
        "agent_name": "Khalid Al-Harbi",
        "author_name": "Khalid Al-Harbi",
        "message": "Hello Sam, how can I help you with order ORD-1042?",
        "transcript": "[2026-03-01 14:05] Sam Carter: Where is my order ORD-1042?\n"
        "[2026-03-01 14:06] Khalid Al-Harbi: It left with the courier today.",
    },
}


class ChatKind(Kind[Session]):
    """A kind about a chat; it comes through in quiet hours."""

    model = Session
    urgent = True

    def find(self, item: Item) -> Session:
        return Session.objects.select_related("customer", "agent").get(pk=item.entity_id)

    def rooms(self, item: Item) -> Collection[str]:
        return customer_room(int(item.entity_id)), staff_room(int(item.entity_id))

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        session = self.thing(item)
        return {
            "customer_name": session.customer.name,
            "agent_name": session.agent.name if session.agent else "",
            "for_staff": recipient.is_agent,
            "link": chat_url(session, recipient),
            "data": {"sessionId": str(session.pk)},
        }

    def sample(self, language: str) -> dict[str, Any]:
        more = {"for_staff": False, "has_files": False, "link": f"{settings.SITE_URL}/", "data": {"sessionId": "123"}}
        return {**_SAMPLES[language], **more}


def chat_url(session: Session, reader: User) -> str:
    """Return where this person goes on with the chat."""
    if reader.is_agent:
        return settings.SITE_URL + reverse("admin:chat_session_change", args=[session.pk])
    return settings.CUSTOMER_CHAT_URL.replace("{id}", str(session.pk))


class Accepted(ChatKind):
    """Tells the customer."""

    slug = "chat-accepted"
    color = "#0e7490"
    label = _("An agent accepted your chat")
    audiences = (Audience.CUSTOMER,)

    def concerned(self, session: Session, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=session.customer_id, is_active=True)

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and self.thing(item).status == Status.ACTIVE


class Waiting(ChatKind):
    """Tells the agents who are available, while the chat still waits."""

    slug = "chat-waiting"
    color = "#b45309"
    label = _("A chat is waiting")
    audiences = (Audience.STAFF,)
    push_to_staff = True

    def concerned(self, session: Session, item: Item) -> QuerySet[User]:
        return takers()

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and self.thing(item).status == Status.WAITING


class NewMessage(ChatKind):
    """Tells the other side, unless they have read it: who looks at the chat has."""

    slug = "chat-message"
    color = "#0e7490"
    label = _("A new message in a chat")
    groups = True
    by_email = False

    def concerned(self, session: Session, item: Item) -> QuerySet[User]:
        other = session.customer_id if item.data.get("to") == "customer" else session.agent_id
        return User.objects.filter(pk=other, is_active=True)

    def still_wanted(self, item: Item, recipient: User) -> bool:
        unread = ChatMessage.objects.filter(pk=item.data["messageId"], read_at=None)
        return super().still_wanted(item, recipient) and unread.exists()

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        messages = ChatMessage.objects.visible_to(recipient).select_related("author")
        found = messages.filter(pk=item.data["messageId"]).first()
        said = {"author_name": found.author_name if found else "", "message": found.body[:2000] if found else ""}
        return {**super().context(item, recipient), **said, "has_files": bool(found and not found.body)}


class Transcript(ChatKind):
    """Tells whoever asked for the conversation by e-mail; `data.address` says where it goes."""

    slug = "chat-transcript"
    color = "#475569"
    label = _("Chat transcript")
    optional = False
    channels = (Channel.EMAIL,)

    def recipients(self, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=self.thing(item).customer_id, is_active=True)

    def rooms(self, item: Item) -> Collection[str]:
        return ()

    def address(self, item: Item, recipient: User) -> str:
        return str(item.data["address"])

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        return {**super().context(item, recipient), "transcript": transcript(self.thing(item))}


KINDS = (Accepted(), Waiting(), NewMessage(), Transcript())


def takers() -> QuerySet[User]:
    """Return the agents who say that they are available for chats."""
    return User.objects.with_right("chat.accept").filter(availability=Availability.AVAILABLE)
