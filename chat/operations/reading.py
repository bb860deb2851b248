"""Read marks: written seldom, told at once, neither audited nor stored as events; and the mailed transcript."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from redis import Redis

from accounts.models import User
from audit.recorder import record
from chat import events, notices
from chat.models import ChatMessage, Session
from chat.operations.locking import locked_last
from chat.policies import refuse_unless_customer, refuse_unless_takes_part
from core import clock
from core.errors import NotFound
from core.operation import operation
from core.request_context import origin
from core.stores import try_redis
from tickets.models import AuthorType

_LEFT = "support:chat:reads"
"""Marks that came too soon after the one before, to be written by the watch: `session:reader` → message and time."""


@operation
def read(ref: int | str | None, message_id: int, *, by: User) -> datetime:
    """Mark everything up to a message as read by the customer (`ref` None for his own chat) or by its agent.

    Written at most once in CHAT_READ_SECONDS and reader, told each time. Raises NotFound or Forbidden.
    """
    rows = Session.objects.visible_to(by) if ref is not None else Session.objects.filter(customer_id=by.pk)
    session = (rows.by_ref(str(ref)) if ref is not None else rows.order_by("-created_at", "-pk")).first()
    if session is None:
        raise NotFound
    refuse_unless_takes_part(by, session)
    messages = ChatMessage.objects.visible_to(by).filter(session=session, pk__lte=message_id)
    if not messages.filter(pk=message_id).exists():
        raise NotFound
    now = clock.now()
    if not _write(session, message_id, now, by):
        _leave(session.pk, by.pk, message_id, now)
    # Notes have no number for customers: the mark stands at the last message that both know.
    known = messages.filter(is_internal=False).order_by("-pk").values_list("pk", flat=True).first()
    if known:
        events.read(session.pk, {"session_id": session.pk, "user_id": by.pk, "message_id": known, "read_at": now})
    return now


def _write(session: Session, message_id: int, now: datetime, by: User) -> bool:
    """Write the mark unless this reader's last one is too young."""
    column = "customer_read_at" if by.is_customer else "agent_read_at"
    last: datetime | None = getattr(session, column)
    pause = timedelta(seconds=settings.CHAT["read_seconds"])
    if last is not None and now - last < pause:
        return False
    unread = ChatMessage.objects.filter(session=session, pk__lte=message_id, read_at=None)
    mine = AuthorType.CUSTOMER if by.is_customer else AuthorType.AGENT
    theirs = unread.exclude(author_type=mine) if by.is_customer else unread.filter(author_type=AuthorType.CUSTOMER)
    if theirs.filter(is_internal=False).update(read_at=now):
        Session.objects.filter(pk=session.pk).update(**{column: now})
    return True


def _leave(session_id: int, reader_id: int, message_id: int, now: datetime) -> None:
    def call(redis: Redis) -> None:
        redis.hset(_LEFT, f"{session_id}:{reader_id}", f"{message_id}:{now.isoformat()}")

    try_redis(call, None)


def left_marks() -> list[tuple[int, int, int]]:
    """Take the marks that were not written: session, reader, message."""

    def call(redis: Redis) -> dict[bytes, bytes]:
        with redis.pipeline(transaction=True) as pipeline:
            pipeline.hgetall(_LEFT)
            pipeline.delete(_LEFT)
            return dict(pipeline.execute()[0])

    nothing: dict[bytes, bytes] = {}
    found = try_redis(call, nothing)
    return [
        (*map(int, name.decode().split(":")), int(value.decode().partition(":")[0]))  # type: ignore[misc]
        for name, value in found.items()
    ]


@operation
def mail_transcript(address: str, *, by: User) -> None:
    """Queue the caller's conversation as e-mail to an address; once a request. Raises NotFound."""
    session = locked_last(by)
    refuse_unless_customer(by, session)
    request_id = origin().request_id or clock.now().isoformat()
    notices.transcript_asked(session, address, request_id, by)
    record("CHAT_TRANSCRIPT_SENT", session, by=by)
