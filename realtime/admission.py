"""Letting a socket in: who it is, whether he may have one more, and the rooms he is in from the start; one hop."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError

from core.protocols import Identity
from realtime import log, presence, rooms
from realtime.batcher import Batcher
from realtime.current_hub import hub
from realtime.errors import CLOSE_LIMIT, CLOSE_RESTART, CLOSE_TRY_LATER, CLOSE_UNAUTHENTICATED, Closed
from realtime.member import Peer
from realtime.places import Holder, places
from realtime.registry import authenticator
from realtime.session import Session

logger = structlog.get_logger(__name__)
PLACE_RETRY_SECONDS = 0.5


@dataclass(frozen=True)
class Caller:
    """Somebody at the door, by what he shows: a bearer token, or the cookies of the back office."""

    address: str
    token: str | None = None
    cookies: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Admitted:
    """A person let in, with the latest numbers of the rooms they join without asking."""

    identity: Identity
    address: str
    latest_seqs: Mapping[str, int]

    @property
    def holder(self) -> Holder:
        return self.identity.user.pk, self.address


async def admit_by_token(peer: Peer, token: str) -> Session:
    """The session of a bearer token. Raises Closed with the code to close with."""
    return await _admit(peer, Caller(peer.address, token=token))


async def admit_by_cookie(peer: Peer, cookies: Mapping[str, str]) -> Session:
    """The session of somebody signed in to the back office. Raises Closed."""
    return await _admit(peer, Caller(peer.address, cookies=cookies))


async def _admit(peer: Peer, caller: Caller) -> Session:
    """Let a caller in; who finds no place waits until those of a process that has died must be free."""
    refuse_while_leaving()
    waiting_until = time.monotonic() + settings.REALTIME["place_wait_seconds"]
    while True:
        try:
            return await _try(peer, caller)
        except Closed as closed:
            if closed.code != CLOSE_LIMIT or time.monotonic() >= waiting_until:
                raise
        await asyncio.sleep(PLACE_RETRY_SECONDS)
        refuse_while_leaving()


def refuse_while_leaving() -> None:
    """Raise Closed in a process that was told to go."""
    if hub().leaving:
        raise Closed(CLOSE_RESTART, "unavailable")


async def _try(peer: Peer, caller: Caller) -> Session:
    try:
        answer = await _DOOR.ask(caller)
    except Closed:
        raise
    except (OperationalError, InterfaceError) as error:
        logger.warning("realtime_database_unavailable", error=repr(error)[:200])
        raise Closed(CLOSE_TRY_LATER, "unavailable") from None
    except Exception:
        logger.exception("realtime_admission_failed")
        raise Closed(CLOSE_TRY_LATER, "internal") from None
    session = Session(hub(), peer, answer.identity, uuid.uuid4().hex)
    for name, latest_seq in answer.latest_seqs.items():
        session.follow(name, latest_seq)
    return session


def _ask(callers: Sequence[Caller]) -> list[Admitted | Exception]:
    """Return who they are, whether each may have one more socket, and how far their own rooms have come."""
    identities = _identities(callers)
    holders = [
        (identity.user.pk, caller.address)
        for caller, identity in zip(callers, identities, strict=True)
        if identity is not None
    ]
    free = places().take(holders) if holders else []
    people = [identity for identity in identities if identity is not None]
    presence.here({one.user.pk for one, taken in zip(people, free, strict=True) if taken and one.user.is_agent})
    own = [rooms.automatic(identity.user) for identity in people]
    latest = log.latest_seqs({name for names in own for name in names})
    known = iter(zip(people, holders, free, own, strict=True))
    answers: list[Admitted | Exception] = []
    for identity in identities:
        if identity is None:
            answers.append(Closed(CLOSE_UNAUTHENTICATED, "unauthorized"))
            continue
        person, (_user_id, address), taken, names = next(known)
        if taken:
            answers.append(Admitted(person, address, {name: latest[name] for name in names}))
        else:
            answers.append(Closed(CLOSE_LIMIT, "rate_limited"))
    return answers


# A wave of reconnects costs a few queries, not a few each.
_DOOR: Batcher[Caller, Admitted] = Batcher(
    _ask, most=100, at_once=2, unclaimed=lambda answer: hub().free_place(answer.holder)
)


def _identities(callers: Sequence[Caller]) -> list[Identity | None]:
    by_token = iter(authenticator().by_tokens([one.token for one in callers if one.token is not None]))
    return [
        next(by_token) if caller.token is not None else authenticator().by_cookie(caller.cookies or {})
        for caller in callers
    ]


def ready(session: Session) -> dict[str, object]:
    """Return what a client is told first: who it is, until when, how often to expect a heartbeat, and its rooms."""
    expires_at = session.identity.expires_at
    return {
        "user": {"id": str(session.user.pk), "name": session.user.actor_name, "type": session.user.actor_model},
        "expiresAt": None if expires_at is None else int(expires_at * 1000),
        "heartbeat": settings.REALTIME["heartbeat_seconds"],
        "rooms": {name: cursor.seq for name, cursor in session.cursors.items()},
    }
