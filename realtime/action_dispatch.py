"""Changes asked for on sockets: who asks is read from the database at each use, and may ask so often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError

from core.api.problems import refusal_hook
from core.errors import Forbidden, Problem, RateLimited
from core.protocols import Identity, SocketAction, SocketCall, Viewer
from core.rates import spend_each
from core.request_context import Origin, request_context
from realtime.batcher import Batcher
from realtime.errors import Refused
from realtime.registry import actions, authenticator
from realtime.session import Session
from realtime.workers import in_thread

logger = structlog.get_logger(__name__)
Answer = Mapping[str, Any]


@dataclass(frozen=True)
class _Question:
    identity: Identity
    given: Mapping[str, Any]
    came: Origin


@dataclass(frozen=True)
class _Alone:
    """To be done by itself, now that it is known who asks."""

    call: SocketCall


async def ask(action: SocketAction, session: Session, given: Mapping[str, Any]) -> Answer:
    """The answer of an app's action. Raises Refused, for what the operation refuses in the words of who asks."""
    came = Origin(session.id, session.peer.address, session.peer.user_agent)
    found = await _queue(action.name).ask(_Question(session.identity, given, came))
    return await in_thread(_by_itself, action, found.call) if isinstance(found, _Alone) else found


def _by_itself(action: SocketAction, call: SocketCall) -> Answer:
    """One call with all that follows from it; who is forbidden it is remembered, as at the doors of REST."""
    with request_context(call.came):
        try:
            return action.alone(call)
        except Problem as problem:
            if isinstance(problem, Forbidden):
                refusal_hook()(call.user, problem, f"socket {action.name}")
            raise _refused(problem, call.user) from None


@cache
def _queue(name: str) -> Batcher[_Question, Answer | _Alone]:
    return Batcher(partial(_perform, actions()[name]), most=64, at_once=1)


def _perform(action: SocketAction, questions: Sequence[_Question]) -> list[Answer | _Alone | Exception]:
    users = authenticator().reload([question.identity for question in questions])
    waits = spend_each([_uses(question, user) for question, user in zip(questions, users, strict=True)])
    answers: list[Answer | _Alone | Exception] = []
    calls: dict[int, SocketCall] = {}
    for number, (question, user, wait) in enumerate(zip(questions, users, waits, strict=True)):
        answers.append(_refused(RateLimited(wait), user or question.identity.user) if wait else Refused("unauthorized"))
        if user is not None and not wait:
            calls[number] = SocketCall(user, question.given, question.came)
    for number, answer in zip(calls, _answers(action, list(calls.values())), strict=True):
        call = calls[number]
        if answer is None:
            answers[number] = _Alone(call)
        else:
            answers[number] = _refused(answer, call.user) if isinstance(answer, Problem) else answer
    return answers


def _answers(action: SocketAction, calls: list[SocketCall]) -> Sequence[Answer | Exception | None]:
    """One call that nobody foresaw shall not fail the others: then each is done by itself."""
    try:
        return action.together(calls) if calls else []
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(calls) == 1:
            raise
        logger.exception("realtime_together_failed", action=action.name)
        return [None] * len(calls)


def _refused(problem: Problem, user: Viewer) -> Refused:
    return Refused.by(problem, user.language)


def _uses(question: _Question, now: Viewer | None) -> list[tuple[str, str]]:
    user = now or question.identity.user
    return [("address", question.came.ip_address), ("staff_write" if user.is_agent else "write", f"user:{user.pk}")]
