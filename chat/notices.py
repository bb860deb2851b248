"""Kinds of notification that chats give occasion to: who is told, and whether it still makes sense."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import Availability, User
from chat.models import ChatMessage, Session
from chat.states import Status
from notifications.models import Item
from notifications.outbox import notify
from tickets.models import AuthorType


def _session(item: Item) -> Session:
    return Session.objects.select_related("customer", "agent").get(pk=item.entity_id)


class Kind:
    """A kind about a chat; one tells everybody concerned but whoever did it."""

    slug = ""

    def recipients(self, item: Item) -> QuerySet[User]:
        found = self.concerned(_session(item), item)
        return found.exclude(pk=item.actor_id) if item.actor_id else found

    def concerned(self, session: Session, item: Item) -> QuerySet[User]:
        raise NotImplementedError

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return bool(recipient.is_active and Session.objects.visible_to(recipient).filter(pk=item.entity_id).exists())

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        session = _session(item)
        agent = session.agent.name if session.agent else ""
        return {"customer_name": session.customer.name, "agent_name": agent, **item.data}


class Accepted(Kind):
    """The customer."""

    slug = "chat-accepted"

    def concerned(self, session: Session, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=session.customer_id, is_active=True)


class Waiting(Kind):
    """The agents who are available, while it still waits."""

    slug = "chat-waiting"

    def concerned(self, session: Session, item: Item) -> QuerySet[User]:
        return takers()

    def still_wanted(self, item: Item, recipient: User) -> bool:
        return super().still_wanted(item, recipient) and _session(item).status == Status.WAITING


class NewMessage(Kind):
    """The other side, unless he has read it: who looks at the chat has."""

    slug = "chat-message"

    def concerned(self, session: Session, item: Item) -> QuerySet[User]:
        other = session.customer_id if item.data.get("to") == "customer" else session.agent_id
        return User.objects.filter(pk=other, is_active=True)

    def still_wanted(self, item: Item, recipient: User) -> bool:
        unread = ChatMessage.objects.filter(pk=item.data["messageId"], read_at=None)
        return super().still_wanted(item, recipient) and unread.exists()


class Transcript(Kind):
    """Whoever asked for the conversation by e-mail; `data.address` says where it goes."""

    slug = "chat-transcript"

    def recipients(self, item: Item) -> QuerySet[User]:
        return User.objects.filter(pk=_session(item).customer_id, is_active=True)

    def context(self, item: Item, recipient: User) -> dict[str, Any]:
        from chat.transcript import transcript

        return {**super().context(item, recipient), "transcript": transcript(_session(item))}


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
