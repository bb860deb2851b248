"""Rights of connected people, read again: at `access:changed`, after events that move access, and every minute."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import structlog

from core.protocols import Identity, Viewer
from realtime import log, rooms
from realtime.errors import CLOSE_FORBIDDEN, CLOSE_UNAUTHENTICATED
from realtime.member import Member
from realtime.registry import authenticator
from realtime.workers import in_thread

logger = structlog.get_logger(__name__)


async def recheck(sessions: Sequence[Member]) -> None:
    """Close the sockets whose people are no longer let in, take the others out of rooms that are no longer theirs."""
    asked = [(session.identity, list(session.cursors)) for session in sessions]
    epochs = [session.epoch for session in sessions]
    verdicts = await in_thread(_verdicts, asked)
    for session, epoch, (identity, names), (user, reason, allowed, fresh) in zip(
        sessions, epochs, asked, verdicts, strict=True
    ):
        if session.closed or session.identity is not identity:
            continue
        if user is None:
            session.end(CLOSE_FORBIDDEN if reason == "disabled" else CLOSE_UNAUTHENTICATED)
            continue
        if session.epoch == epoch:
            session.know(user)
        for name in names:
            if name not in allowed and name in session.cursors:
                session.leave(name)
                session.control("room:left", {"room": name, "reason": "forbidden"})
        for name, latest_seq in fresh.items():
            if name not in session.cursors:
                session.follow(name, latest_seq)


Verdict = tuple[Viewer | None, str, set[str], Mapping[str, int]]


def _verdicts(asked: Sequence[tuple[Identity, Sequence[str]]]) -> list[Verdict]:
    """Return for each socket its user now, or why there is none; the rooms they may be in; new automatic ones."""
    auth = authenticator()
    users = auth.reload([identity for identity, _names in asked])
    wanted: dict[int, set[str]] = defaultdict(set)
    known: dict[int, Viewer] = {}
    for (_identity, names), user in zip(asked, users, strict=True):
        if user is not None:
            known[user.pk] = user
            wanted[user.pk].update(names)
    allowed = {pk: rooms.allowed(user, wanted[pk]) for pk, user in known.items()}
    automatic = {pk: [name for name in rooms.automatic(user) if name not in wanted[pk]] for pk, user in known.items()}
    latest = log.latest_seqs({name for names in automatic.values() for name in names})
    return [
        (None, auth.reason(identity), set(), {})
        if user is None
        else (user, "", allowed[user.pk], {name: latest[name] for name in automatic[user.pk]})
        for (identity, _names), user in zip(asked, users, strict=True)
    ]
