"""Reading chats: detail and list in the reader's form, conversations, the caller's own chat."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, QuerySet

from accounts.models import User
from chat.forms import message_forms, session_forms
from chat.models import ChatMessage, Session
from chat.querysets import SessionQuerySet
from chat.rooms import room_for
from chat.states import Status
from core.database.compiled import Prepared
from core.errors import NotFound
from core.prepared import AnyOf
from realtime.log import latest_seqs

_COMPLETE: Prepared[Session] = Prepared(lambda ids: Session.objects.complete().filter(AnyOf("pk", ids)), ids=[-1])
_MESSAGES: Prepared[ChatMessage] = Prepared(
    lambda ids: ChatMessage.objects.complete().filter(AnyOf("pk", ids)), ids=[-1]
)


def sessions_for(user: User) -> SessionQuerySet:
    """Return what lists show, before filters."""
    return Session.objects.visible_to(user)


def find(ref: str, user: User) -> Session:
    """A chat the user sees, without what forms show; raises NotFound."""
    session: Session | None = sessions_for(user).by_ref(ref).first()
    if session is None:
        raise NotFound
    return session


def sees(ref: str, user: User) -> bool:
    """Return whether this person sees the chat today."""
    return sessions_for(user).by_ref(ref).exists()


def own(user: User) -> Session | None:
    """The caller's open chat, else the last ended one."""
    mine = Session.objects.filter(customer_id=user.pk).order_by()
    found: Session | None = mine.open().first() or mine.order_by("-ended_at", "-pk").first()
    return found


def own_or_refuse(user: User) -> Session:
    """The same; raises NotFound when there is none."""
    session = own(user)
    if session is None:
        raise NotFound
    return session


def own_data(user: User) -> dict[str, Any] | None:
    """The caller's open chat, else the last ended one while it is not rated, else None."""
    session = own(user)
    if session is None:
        return None
    shown = session_data(session.pk, user)
    return None if session.status == Status.ENDED and shown["rating"] else shown


def session_data(pk: int, user: User) -> dict[str, Any]:
    """Return a chat in the reader's form, its room's latest number read before it.

    Whoever changed it is answered although he may have given it away from his own sight.
    """
    room = room_for(user, pk)
    seq = latest_seqs([room])[room]
    found = _COMPLETE.fetch(ids=[pk])
    if not found:
        raise NotFound
    return session_forms(found, staff=user.is_agent, seqs={pk: seq})[0]


def page_data(sessions: list[Session], user: User) -> list[dict[str, Any]]:
    """A page of chats in the reader's form."""
    rooms = {session.pk: room_for(user, session.pk) for session in sessions}
    seqs = latest_seqs(list(rooms.values()))
    complete = {session.pk: session for session in _COMPLETE.fetch(ids=list(rooms))}
    rows = [complete[session.pk] for session in sessions if session.pk in complete]
    return session_forms(rows, staff=user.is_agent, seqs={pk: seqs[room] for pk, room in rooms.items()})


def thread(session: Session, user: User) -> QuerySet[ChatMessage]:
    """The ids of a chat's messages that the user may read."""
    return ChatMessage.objects.filter(session=session).visible_to(user).only("pk")


def thread_data(messages: Sequence[ChatMessage], user: User) -> list[dict[str, Any]]:
    """These messages in the reader's form."""
    complete = {message.pk: message for message in _MESSAGES.fetch(ids=[message.pk for message in messages])}
    rows = [complete[message.pk] for message in messages if message.pk in complete]
    return message_forms(rows, staff=user.is_agent, reader=user)


def as_they_are(messages: list[ChatMessage], reader: User) -> list[dict[str, Any]]:
    """Return messages at hand in the reader's form, as the details of a refusal."""
    return message_forms(messages, staff=reader.is_agent, reader=reader)


def readable(message_id: str, user: User) -> bool:
    """Return whether this person may read the message today."""
    mine = Session.objects.visible_to(user)
    return ChatMessage.objects.visible_to(user).filter(pk=message_id, session__in=mine).exists()


def rule_usage(rule_ids: Collection[int]) -> dict[int, int]:
    """How often each of the bot's rules has answered."""
    counted = ChatMessage.objects.filter(rule_id__in=rule_ids).order_by().values("rule_id").annotate(n=Count("pk"))
    return {row["rule_id"]: row["n"] for row in counted}
