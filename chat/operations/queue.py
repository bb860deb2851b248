"""From hand to hand: to the queue, to an agent, to another agent, back to the queue."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.holding import hold_with_right
from accounts.models import User
from audit.recorder import record
from chat import events, notices, queue_positions
from chat.models import Session
from chat.operations.base import audit_values, change, refuse_beyond_capacity, shown
from chat.operations.locking import locked, locked_open
from chat.operations.messages import NewMessage, store_message
from chat.policies import ACCEPT, TRANSFER, refuse_unless
from chat.states import Status
from core import clock
from core.errors import AlreadyAccepted, Forbidden, Invalid, SessionEnded
from core.operation import operation, wake_after_commit
from tickets.operations.turns import rules_exist, took


@operation
def hand_over(*, by: User) -> Session:
    """Pass the caller's own chat from the bot to the queue; nothing changes when it is there, or has an agent.

    Raises NotFound or SessionEnded.
    """
    return hand_over_locked(locked_open(None, by), by)


def hand_over_locked(session: Session, by: User) -> Session:
    """The same for a chat that is locked."""
    if session.status != Status.BOT:
        return shown(session)
    return _to_queue(session, by, "CHAT_SESSION_HANDED_OVER", front=False)


@operation
def accept(ref: int | str, *, by: User) -> Session:
    """Take a chat that no person has in hand (`chat.accept`); one's own stays as it is.

    Raises Forbidden, NotFound, SessionEnded, AlreadyAccepted naming the agent, AtCapacity.
    """
    refuse_unless(by, ACCEPT)
    session = locked(ref, by)
    if session.status == Status.ENDED:
        raise SessionEnded
    if session.agent_id == by.pk:
        return shown(session)
    if session.agent is not None:
        raise AlreadyAccepted(details={"agent": {"id": str(session.agent_id), "name": session.agent.name}})
    if hold_with_right(by.pk, "chat.accept", alone=True) is None:  # disabled since the request began
        raise Forbidden(ACCEPT)
    refuse_beyond_capacity(by)
    old = audit_values(session)
    _to_agent(session, by)
    record("CHAT_SESSION_ACCEPTED", session, by=by, old=old, new=audit_values(session))
    return _taken(session, by)


@operation
def transfer(ref: int | str, *, by: User, agent_id: int | None = None, note: str = "") -> Session:
    """Give a chat to another agent, or back to the front of the queue (`chat.transfer`).

    The note is for staff alone. Raises Forbidden, NotFound, SessionEnded, AtCapacity, or Invalid naming the agent.
    """
    refuse_unless(by, TRANSFER)
    session = locked_open(ref, by)
    target = _agent_to_take(agent_id) if agent_id is not None else None
    if session.agent_id == agent_id and session.status != Status.BOT:
        return shown(session)
    if target is not None:
        refuse_beyond_capacity(target, _("This agent already has as many chats as one can take."))
    written = store_message(session, NewMessage(note, is_internal=True), by) if note else None
    metadata = {"noteId": str(written.pk)} if written else {}
    if target is None:
        return _to_queue(session, by, "CHAT_SESSION_TRANSFERRED", front=session.status == Status.ACTIVE, **metadata)
    old, waited = audit_values(session), session.status != Status.ACTIVE
    _to_agent(session, target)
    record("CHAT_SESSION_TRANSFERRED", session, by=by, old=old, new=audit_values(session), metadata=metadata)
    if waited:
        return _taken(session, by)
    result = shown(session)
    events.session_updated(result)
    return result


def requeue_locked(session: Session, by: User) -> Session:
    """Back to the front of the queue, since the agent is gone."""
    return _to_queue(session, by, "CHAT_SESSION_REQUEUED", front=True)


def _agent_to_take(agent_id: int) -> User:
    """Return staff who may accept chats, kept active until the transaction ends; raises Invalid otherwise."""
    agent = hold_with_right(agent_id, "chat.accept", alone=True)
    if agent is None:
        raise Invalid(fields={"agentId": [_("This is not an agent who can take chats.")]})
    return agent


def _to_agent(session: Session, agent: User) -> None:
    now = clock.now()
    waited = session.status != Status.ACTIVE
    values = {"accepted_at": now, "waiting_since": None, "is_front": False} if waited else {}
    if session.first_accepted_at is None:
        values |= {"first_accepted_at": now}
    took(agent.pk, now)
    change(session, now, status=Status.ACTIVE, agent=agent, last_agent_at=now, agent_gone_at=None, **values)


def _taken(session: Session, by: User) -> Session:
    """Return what an acceptance tells: the customer, the rooms, and those who wait behind."""
    result = shown(session)
    notices.accepted(session, by)
    events.session_accepted(result)
    queue_positions.moved()
    return result


def _to_queue(session: Session, by: User, action: str, *, front: bool, **metadata: str) -> Session:
    now = clock.now()
    old = audit_values(session)
    values = {} if session.first_waiting_at else {"first_waiting_at": now}
    change(
        session,
        now,
        status=Status.WAITING,
        agent=None,
        waiting_since=now,
        is_front=front,
        ticket_offered_at=None,
        agent_gone_at=None,
        **values,
    )
    record(action, session, by=by, old=old, new=audit_values(session), metadata=metadata)
    result = shown(session)
    notices.waiting(session, by)
    events.session_waiting(result)
    queue_positions.moved()
    if rules_exist():
        wake_after_commit("chat.watch")
    return result
