"""Define what clients may ask for on a socket. Every action is idempotent and answers exactly once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError

from core.errors import MayBeStored
from core.operation import CommitUnknown
from core.protocols import Room, SocketAction
from core.request_context import origin
from realtime import metrics, registry, rooms, typing
from realtime.action_dispatch import ask
from realtime.errors import CLOSE_FORBIDDEN, CLOSE_LIMIT, CLOSE_UNAUTHENTICATED, Closed, Refused
from realtime.session import Session
from realtime.workers import in_thread

logger = structlog.get_logger(__name__)
Arguments = list[Any]
Action = Callable[[Session, Arguments], Awaitable[dict[str, Any]]]
MAX_SEQ = 2**63 - 1


async def perform(session: Session, action: Any, arguments: Arguments) -> dict[str, Any]:
    """Run one action of a client: `{ok, data}` or `{ok, error}`. Raises Closed when the socket must end."""
    try:
        wait = session.bucket.take()
        if wait:
            if session.bucket.strike():
                raise Closed(CLOSE_LIMIT, "rate_limited")
            raise Refused("rate_limited", retryAfter=round(wait, 3))
        return {"ok": True, "data": await _of(action)(session, arguments)}
    except Closed:
        raise
    except Refused as told:
        refusal = told
    except (OperationalError, InterfaceError) as error:
        logger.warning("realtime_database_unavailable", error=repr(error)[:200])
        refusal = _unavailable(error, session.peer.language)
    except Exception:
        logger.exception("realtime_action_failed", action=str(action)[:40])
        refusal = Refused("internal", requestId=origin().request_id or session.id)
    return refusal.answer(session.peer.language)


def _unavailable(error: Exception, language: str) -> Refused:
    if isinstance(error, CommitUnknown):
        return Refused.by(MayBeStored(), language)
    return Refused("unavailable", retryAfter=2)


def _of(name: Any) -> Action:
    if isinstance(name, str):
        if name in _ACTIONS:
            return _ACTIONS[name]
        if name in registry.actions():
            return partial(write, registry.actions()[name])
        room = rooms.joins().get(name)
        if room is not None:
            return _joining(room) if name == room.join_action else _leaving(room)
    raise Refused("unknown_action")


async def write(action: SocketAction, session: Session, arguments: Arguments) -> dict[str, Any]:
    """An app's own action; what sockets of this process ask for at the same moment is done together."""
    if len(arguments) > len(action.order):
        raise Refused("bad_request")  # nothing of a change is left out: it could be the mark of a note
    answer = "failed"
    try:
        done = dict(await ask(action, session, _fields(arguments, *action.order)))
        answer = "ok"
        return done
    except Refused as refusal:
        answer = refusal.code
        raise
    finally:
        metrics.CHANGES.labels(action.name, answer).inc()


def _joining(room: Room) -> Action:
    async def join(session: Session, arguments: Arguments) -> dict[str, Any]:
        given = _fields(arguments, room.key, "since")
        name, seq, reset = await session.join(room.prefix, _reference(given, room.key), _seq(given.get("since")))
        return {"room": name, "seq": seq, "reset": reset}

    return join


def _leaving(room: Room) -> Action:
    async def leave(session: Session, arguments: Arguments) -> dict[str, Any]:
        name = _joined(session, room.prefix, _reference(_fields(arguments, room.key), room.key))
        if name is not None:
            session.leave(name)
        return {"room": name}

    return leave


async def resume(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Go on in these rooms after these numbers: `{rooms: {name: seq}}`; refused ones come back with an error."""
    wanted = _fields(arguments, "rooms").get("rooms")
    if not isinstance(wanted, dict) or len(wanted) > 1000:
        raise Refused("bad_request")
    return {"rooms": {str(name): await _resumed(session, name, since) for name, since in wanted.items()}}


async def _resumed(session: Session, name: Any, since: Any) -> dict[str, Any]:
    prefix, ref = rooms.split(name)
    try:
        if rooms.reference(ref) is None:
            raise Refused("not_found")
        _name, seq, reset = await session.join(prefix, ref, _seq(since))
    except Refused as refusal:
        return {"error": refusal.said(session.peer.language)}
    return {"seq": seq, "reset": reset}


async def authenticate(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Go on with a fresh token of the same person."""
    token = _fields(arguments, "token").get("token")
    identity = await in_thread(registry.authenticator().by_token, token) if isinstance(token, str) else None
    if identity is None:
        raise Closed(CLOSE_UNAUTHENTICATED, "unauthorized")
    if identity.user.pk != session.user.pk:
        raise Closed(CLOSE_FORBIDDEN, "forbidden")
    session.renew(identity)
    assert identity.expires_at is not None
    return {"expiresAt": int(identity.expires_at * 1000)}


async def send_typing(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Say that one began or ended typing, in a room one has joined; `isInternal` for a note."""
    given = _fields(arguments, "", "isTyping")
    return _typing(session, given, given.get("isTyping", True))


async def start_typing(session: Session, arguments: Arguments) -> dict[str, Any]:
    return _typing(session, _fields(arguments, ""), True)


async def stop_typing(session: Session, arguments: Arguments) -> dict[str, Any]:
    return _typing(session, _fields(arguments, ""), False)


def _typing(session: Session, given: dict[str, Any], begun: Any) -> dict[str, Any]:
    if not isinstance(begun, bool):
        raise Refused("bad_request")
    found = _typed_in(session, given)
    if not found:
        raise Refused("not_found")
    if len(found) > 1:
        raise Refused("ambiguous")
    [(key, room)] = found.items()
    typing.set_typing(session, key, room, typing=begun, internal=_internal(session, given))
    return {"room": room}


def _typed_in(session: Session, given: dict[str, Any]) -> dict[str, str]:
    """Return the joined rooms that a reference fits, by the argument that would name each."""
    named = [key for key in rooms.typed() if key in given]
    found = {}
    for key in named or rooms.typed():
        ref = _reference(given, key if named else "")
        joined = [room for prefix in rooms.typed()[key] if (room := _joined(session, prefix, ref))]
        if joined:
            found[key] = joined[0]
    return found


def _internal(session: Session, given: dict[str, Any]) -> bool:
    return session.user.is_agent and given.get("isInternal") is True


async def start_viewing(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Say that the page is before the person's eyes, so that nothing else need tell them of what its rooms show."""
    session.set_viewing(True)
    return {}


async def stop_viewing(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Say that the page is hidden, or the app in the background."""
    session.set_viewing(False)
    return {}


async def pong(session: Session, arguments: Arguments) -> dict[str, Any]:
    """The answer to a heartbeat."""
    if session.paused_at is not None:
        session.look_at_backlog()
    return {}


_ACTIONS: dict[str, Action] = {
    "auth": authenticate,
    "resume": resume,
    "sendTyping": send_typing,
    "typing:start": start_typing,
    "typing:stop": stop_typing,
    "viewing:start": start_viewing,
    "viewing:stop": stop_viewing,
    "pong": pong,
}


def _fields(arguments: Arguments, *order: str) -> dict[str, Any]:
    """Arguments by name, whether they came as one object or in order."""
    if len(arguments) == 1 and isinstance(arguments[0], dict):
        return arguments[0]
    return dict(zip(order, arguments, strict=False))


def _reference(given: dict[str, Any], key: str) -> str:
    ref = rooms.reference(given.get(key))
    if ref is None:
        raise Refused("bad_request")
    return ref


def _seq(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SEQ:
        raise Refused("bad_request")
    return value


def _joined(session: Session, prefix: str, ref: str) -> str | None:
    """The room of this socket that was joined by a reference, which for staff is the staff room."""
    twins = [f"{room.staff_prefix}:{ref}" for room in registry.rooms().get(prefix, ()) if room.staff_prefix]
    for name in (session.aliases.get((prefix, ref), ""), f"{prefix}:{ref}", *twins):
        if name in session.cursors:
            return name
    return None
