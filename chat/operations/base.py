"""Define what every operation on a chat does: change, save, and show what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from bot.words import language_of
from chat import events
from chat.models import Session
from chat.states import Status
from core import clock
from core.errors import AtCapacity, Text


def change(session: Session, now: datetime, **values: Any) -> dict[str, tuple[Any, Any]]:
    """Set what differs and save it as the next version; what changed, as {name: (old, new)}."""
    changed = {
        name: (getattr(session, name), value) for name, value in values.items() if getattr(session, name) != value
    }
    for name, (_old, new) in changed.items():
        setattr(session, name, new)
    session.version += 1
    session.updated_at = now
    session.save(update_fields=[*changed, "version", "updated_at"])
    return changed


def follow_language(session: Session, text: str) -> None:
    """Make a chat speak the language that its customer writes; text that shows none changes nothing."""
    written = language_of(text, session.language)
    if written != session.language:
        change(session, clock.now(), language=written)
        events.session_updated(shown(session))


def shown(session: Session) -> Session:
    """The chat as it is now, with all that forms show."""
    found: Session = Session.objects.complete().get(pk=session.pk)
    return found


def refuse_beyond_capacity(agent: User, refusal: Text | None = None) -> None:
    """Raise AtCapacity when the agent has as many chats as CHAT_CAPACITY.

    His row is locked until the end, so that of two acceptances the second one counts the first.
    """
    User.objects.select_for_update(no_key=True).filter(pk=agent.pk).values_list("pk").first()
    if Session.objects.filter(agent_id=agent.pk, status=Status.ACTIVE).count() >= settings.CHAT["capacity"]:
        raise AtCapacity(refusal)


def audit_values(session: Session) -> dict[str, Any]:
    """Return who has it, in the contract's words."""
    return {"status": str(session.status), "agentId": str(session.agent_id) if session.agent_id else None}
