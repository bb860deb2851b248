"""Starting a chat."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from audit.recorder import record
from bot.words import language_of
from chat import events
from chat.models import ChatMessage, Session
from chat.operations.base import follow_language, shown
from chat.operations.locking import locked_own
from chat.operations.messages import NewMessage, store_message
from core import clock
from core.errors import Forbidden
from core.operation import operation


@dataclass(frozen=True)
class Started:
    """The caller's open chat; `fresh` when it was not open before, `message` what he said with it."""

    session: Session
    fresh: bool
    message: ChatMessage | None = None


@operation
def start(*, by: User, text: str = "", language: str = "") -> Started:
    """Open a chat with the bot, or go on with the one that is open; say something in it, if anything.

    Raises Forbidden for staff.
    """
    if by.is_agent:
        raise Forbidden
    # One start of a customer at a time; the database would refuse a second open chat as well.
    User.objects.select_for_update(no_key=True).filter(pk=by.pk).values_list("pk").first()
    session = locked_own(by)
    fresh = session is None
    if session is None:
        session = _open(by, language_of(text, language or by.language))
    else:
        follow_language(session, text)
    message = store_message(session, NewMessage(text), by) if text else None
    return Started(shown(session), fresh, message)


def _open(by: User, language: str) -> Session:
    now = clock.now()
    session = Session(customer=by, language=language)
    for column in ("created_at", "updated_at", "last_message_at", "last_customer_at"):
        setattr(session, column, now)
    session.save(force_insert=True)
    record("CHAT_SESSION_CREATED", session, by=by, new={"customerId": str(by.pk), "language": language})
    events.session_updated(shown(session))
    return session
