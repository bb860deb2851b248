"""The end of a chat, and what its customer thinks of it."""

from __future__ import annotations

from accounts.models import User
from audit.recorder import record
from chat import events, queue_positions
from chat.models import ChatRating, Session
from chat.operations.base import audit_values, change, shown
from chat.operations.locking import locked, locked_last, locked_last_ended
from chat.policies import refuse_unless_takes_part
from chat.states import EndedBy, Status
from core import clock
from core.errors import AlreadyRated, Forbidden, NotFound
from core.operation import operation


@operation
def end(ref: int | str | None, *, by: User) -> Session:
    """End a chat: its customer (`ref` None for his own), or its agent; nothing changes when it has ended.

    Raises NotFound or Forbidden.
    """
    session = locked_last(by) if ref is None else locked(ref, by)
    refuse_unless_takes_part(by, session)
    return end_locked(session, by) if session.is_open else shown(session)


def end_locked(session: Session, by: User) -> Session:
    """End a chat that is locked and open."""
    now, old = clock.now(), audit_values(session)
    waited = session.status == Status.WAITING
    change(session, now, status=Status.ENDED, ended_at=now, ended_by=_ended_by(by), waiting_since=None, is_front=False)
    record("CHAT_SESSION_ENDED", session, by=by, old=old, new={**audit_values(session), "endedBy": session.ended_by})
    result = shown(session)
    events.session_updated(result)
    if waited:
        queue_positions.moved()
    return result


def _ended_by(by: User) -> EndedBy:
    if by.is_customer:
        return EndedBy.CUSTOMER
    return EndedBy.SYSTEM if by.role in {"bot", "system"} else EndedBy.AGENT


@operation
def rate(*, rating: int, by: User, feedback: str = "") -> Session:
    """Rate the caller's last ended chat from 1 to 5, once; the credit goes to the agent who had it last.

    Raises Forbidden for staff, NotFound when none has ended, AlreadyRated.
    """
    if by.is_agent:
        raise Forbidden
    session = locked_last_ended(by)
    if session is None:
        raise NotFound
    if ChatRating.objects.filter(session=session).exists():
        raise AlreadyRated
    now = clock.now()
    ChatRating.objects.create(
        session=session, rating=rating, feedback=feedback, agent_id=session.agent_id, rated_at=now
    )
    change(session, now)
    record("CHAT_SESSION_RATED", session, by=by, new={"rating": rating, "feedback": feedback})
    result = shown(session)
    events.session_updated(result)
    return result
