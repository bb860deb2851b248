"""Letting a socket in: who it is, whether he may have one more, and the rooms he is in from the start; one hop."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from django.db import InterfaceError, OperationalError

from core.protocols import Identity
from realtime import leases, log, presence, rooms
from realtime.answers import CLOSE_LIMIT, CLOSE_TRY_LATER, CLOSE_UNAUTHENTICATED, Closed
from realtime.hub import hub
from realtime.registry import authenticator
from realtime.session import Peer, Session
from realtime.workers import in_thread

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Admitted:
    """A person let in, with the heads of the rooms he joins by himself."""

    identity: Identity
    session_id: str
    heads: Mapping[str, int]


async def admit_by_token(peer: Peer, token: str) -> Session:
    """The session of a bearer token. Raises Closed with the code to close with."""
    return await _admit(peer, lambda: authenticator().by_token(token))


async def admit_by_cookie(peer: Peer, cookies: Mapping[str, str]) -> Session:
    """The session of somebody signed in to the back office. Raises Closed."""
    return await _admit(peer, lambda: authenticator().by_cookie(cookies))


async def _admit(peer: Peer, identify: Callable[[], Identity | None]) -> Session:
    try:
        admitted = await in_thread(_ask, identify, peer.address)
    except (OperationalError, InterfaceError) as error:
        logger.warning("realtime_database_unavailable", error=repr(error)[:200])
        raise Closed(CLOSE_TRY_LATER, "unavailable") from None
    except Closed:
        raise
    except Exception:
        logger.exception("realtime_admission_failed")
        raise Closed(CLOSE_TRY_LATER, "internal") from None
    session = Session(hub(), peer, admitted.identity, admitted.session_id)
    for name, head in admitted.heads.items():
        session.enter(name, head, head)
    return session


def _ask(identify: Callable[[], Identity | None], address: str) -> Admitted:
    identity = identify()
    if identity is None:
        raise Closed(CLOSE_UNAUTHENTICATED, "unauthorized")
    session_id = uuid.uuid4().hex
    holder = (identity.user.pk, address, session_id)
    if not leases.take(holder):
        raise Closed(CLOSE_LIMIT, "rate_limited")
    if identity.user.is_agent:
        leases.refresh([], [holder])
        presence.appeared([identity.user.pk])
    return Admitted(identity, session_id, log.heads(rooms.automatic(identity.user)))


def ready(session: Session) -> dict[str, object]:
    """What a client is told first: who it is, until when, how often to expect a heartbeat, and its rooms."""
    from django.conf import settings

    expires_at = session.identity.expires_at
    return {
        "user": {"id": str(session.user.pk), "name": session.user.actor_name, "type": session.user.actor_model},
        "expiresAt": None if expires_at is None else int(expires_at * 1000),
        "heartbeat": settings.REALTIME["heartbeat_seconds"],
        "rooms": {name: cursor.seq for name, cursor in session.cursors.items()},
    }
