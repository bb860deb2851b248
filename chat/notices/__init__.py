"""Define what chats give occasion to tell: one function an occasion, called by the operation that gives it."""

from __future__ import annotations

from accounts.models import User
from chat.models import ChatMessage, Session
from chat.notices.kinds import KINDS
from notifications.outbox import notify
from tickets.models import AuthorType

__all__ = ["KINDS", "accepted", "messaged", "transcript_asked", "waiting"]


def accepted(session: Session, by: User) -> None:
    notify("chat-accepted", session, occasion=f"v{session.version}", by=by)


def waiting(session: Session, by: User) -> None:
    notify("chat-waiting", session, occasion=f"v{session.version}", by=by)


def messaged(session: Session, message: ChatMessage, by: User) -> None:
    to = "staff" if message.author_type == AuthorType.CUSTOMER else "customer"
    data = {"messageId": str(message.pk), "to": to}
    notify("chat-message", session, occasion=f"message-{message.pk}", by=by, data=data)


def transcript_asked(session: Session, address: str, request_id: str, by: User) -> None:
    """Queue a transcript once a request; `by` is told themselves."""
    notify("chat-transcript", session, occasion=f"request-{request_id}", by=by, data={"address": address})
