"""Do to one chat what the watch over the queue finds due; each looks again at the locked chat, and so is done once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User
from chat import texts
from chat.models import ChatMessage, Session
from chat.operations.ending import end_locked
from chat.operations.messages import NewMessage, store_message
from chat.operations.queue import requeue_locked
from chat.operations.tickets import open_ticket
from chat.states import OPEN, Status
from core.errors import Invalid
from core.operation import attempt, operation
from tickets.models import AuthorType


def _due(since: datetime | None, setting: str, now: datetime) -> bool:
    return since is not None and now - since >= timedelta(seconds=settings.CHAT[setting])


def _had_time(warned_at: datetime | None, warned: str, ended: str, now: datetime) -> bool:
    """Return whether a warning stood as long as there is between it and the end, however late it came."""
    between = timedelta(seconds=settings.CHAT[ended] - settings.CHAT[warned])
    return warned_at is not None and now - warned_at >= between


def _locked(session_id: int, *statuses: Status) -> Session | None:
    rows = Session.objects.filter(pk=session_id, status__in=statuses)
    return rows.select_for_update(no_key=True, of=("self",)).first()


def _say(session: Session, text: texts.Text, by: User, *, offer: bool = False) -> None:
    replies = texts.ticket_offer(session.language) if offer else []
    store_message(session, NewMessage(texts.said(text, session.language), quick_replies=replies), by)


def _mark(session: Session, **columns: datetime) -> None:
    """Set what nobody is shown: no version moves with it."""
    for name, value in columns.items():
        setattr(session, name, value)
    session.save(update_fields=[*columns])


@operation
def requeue(session_id: int, *, now: datetime, by: User) -> bool:
    """Put a chat back to the front of the queue when its agent is gone, or may take chats no more."""
    session = _locked(session_id, Status.ACTIVE)
    if session is None:
        return False
    able = User.objects.with_right("chat.accept").filter(pk=session.agent_id).exists()
    if able and not _due(session.agent_gone_at, "agent_gone_seconds", now):
        return False
    _say(session, texts.REQUEUED, by)
    requeue_locked(session, by)
    return True


@operation
def ask_customer(session_id: int, *, now: datetime, by: User) -> bool:
    """Ask a customer who is gone whether he is still there."""
    session = _locked(session_id, *OPEN)
    if (
        session is None
        or session.customer_asked_at
        or not _due(session.customer_gone_at, "customer_asked_seconds", now)
    ):
        return False
    _say(session, texts.STILL_THERE, by)
    _mark(session, customer_asked_at=now)
    return True


@operation
def warn_idle(session_id: int, *, now: datetime, by: User) -> bool:
    """Warn that a chat in which nobody writes will end."""
    session = _locked(session_id, Status.BOT, Status.ACTIVE)
    if session is None or session.idle_warned_at or not _due(session.last_message_at, "idle_warned_seconds", now):
        return False
    _say(session, texts.STILL_NEEDED, by)
    _mark(session, idle_warned_at=now)
    return True


@operation
def offer_ticket(session_id: int, reason: str, *, now: datetime, by: User) -> bool:
    """Offer a waiting customer a ticket, once a wait; `reason` is closed, nobody or waiting."""
    session = _locked(session_id, Status.WAITING)
    if session is None or session.ticket_offered_at:
        return False
    if reason == "waiting" and not _due(session.waiting_since, "offer_seconds", now):
        return False
    _say(session, texts.OFFERS[reason], by, offer=True)
    _mark(session, ticket_offered_at=now)
    return True


@operation
def end_left(session_id: int, *, now: datetime, by: User) -> bool:
    """End a chat whose customer is gone, or in which nobody writes; as a ticket if something was left unanswered."""
    session = _locked(session_id, *OPEN)
    if session is None:
        return False
    gone = _due(session.customer_gone_at, "customer_ended_seconds", now) and _had_time(
        session.customer_asked_at, "customer_asked_seconds", "customer_ended_seconds", now
    )
    idle = _due(session.last_message_at, "idle_ended_seconds", now) and _had_time(
        session.idle_warned_at, "idle_warned_seconds", "idle_ended_seconds", now
    )
    if not gone and not (idle and session.status != Status.WAITING):
        return False
    _say(session, texts.ENDED_GONE if gone else texts.ENDED_IDLE, by)
    if session.ticket is None and _unanswered(session):
        try:
            with attempt():
                open_ticket(session, by)
        except Invalid:  # a customer who was switched off opens no tickets
            session.refresh_from_db()
    if session.is_open:
        end_locked(session, by)
    return True


def _unanswered(session: Session) -> bool:
    """Tell if the customer said something that nobody answered; once they wait for a person, only a person answers."""
    said = ChatMessage.objects.filter(session=session, is_internal=False)
    asked = said.filter(author_type=AuthorType.CUSTOMER)
    if session.status == Status.WAITING:
        return asked.exists()
    answering = [AuthorType.AGENT] if session.first_waiting_at else [AuthorType.AGENT, AuthorType.BOT]
    answer = said.filter(author_type__in=answering).order_by("-pk").values_list("pk", flat=True).first()
    return asked.filter(pk__gt=answer or 0).exists()
