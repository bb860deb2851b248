"""Kinds of notification that chats give occasion to: who is told, and whether it still makes sense."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import Availability, User
from chat.models import ChatMessage, Session
from chat.states import Status
from notifications.kinds import Kind
from notifications.models import Item
from notifications.outbox import notify
from tickets.models import AuthorType


class ChatKind(Kind[Session]):
    """A kind about a chat."""

    model = Session

    def thing(self, item: Item) -> Session:
        return Session.objects.select_related("customer", "agent").get(pk=item.entity_id)

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        session = self.thing(item)
        agent = session.agent.name if session.agent else ""
        return {"customer_name": session.customer.name, "agent_name": agent, **item.data}


class Accepted(ChatKind):
    """The customer."""

    slug = "chat-accepted"

    def concerned(self, session: Session, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=session.customer_id, is_active=True)


class Waiting(ChatKind):
    """The agents who are available, while it still waits."""

    slug = "chat-waiting"

    def concerned(self, session: Session, item: Item) -> QuerySet[User]:
        return takers()

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and self.thing(item).status == Status.WAITING


class NewMessage(ChatKind):
    """The other side, unless he has read it: who looks at the chat has."""

    slug = "chat-message"

    def concerned(self, session: Session, item: Item) -> QuerySet[User]:
        other = session.customer_id if item.data.get("to") == "customer" else session.agent_id
        return User.objects.filter(pk=other, is_active=True)

    def still_wanted(self, item: Item, recipient: User) -> bool:
        unread = ChatMessage.objects.filter(pk=item.data["messageId"], read_at=None)
        return super().still_wanted(item, recipient) and unread.exists()


class Transcript(ChatKind):
    """Whoever asked for the conversation by e-mail; `data.address` says where it goes."""

    slug = "chat-transcript"

    def recipients(self, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=self.thing(item).customer_id, is_active=True)

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        from chat.transcript import transcript

        return {**super().context(item, recipient), "transcript": transcript(self.thing(item))}


KINDS = (Accepted(), Waiting(), NewMessage(), Transcript())


def takers() -> QuerySet[User]:
    """The agents who say that they are available for chats."""
    return User.objects.with_right("chat.accept").filter(availability=Availability.AVAILABLE)


def accepted(session: Session, by: User) -> None:
    notify("chat-accepted", session, occasion=f"v{session.version}", by=by, data={"sessionId": str(session.pk)})


def waiting(session: Session, by: User) -> None:
    notify("chat-waiting", session, occasion=f"v{session.version}", by=by, data={"sessionId": str(session.pk)})


def messaged(session: Session, message: ChatMessage, by: User) -> None:
    to = "staff" if message.author_type == AuthorType.CUSTOMER else "customer"
    data = {"sessionId": str(session.pk), "messageId": str(message.pk), "to": to}
    notify("chat-message", session, occasion=f"message-{message.pk}", by=by, data=data)


def transcript_asked(session: Session, address: str, request_id: str, by: User) -> None:
    """Once a request; `by` is told himself."""
    data = {"sessionId": str(session.pk), "address": address}
    notify("chat-transcript", session, occasion=f"request-{request_id}", by=by, data=data)
