"""Locks on chats: what an operation changes it holds first, and holds only if its caller sees it."""

from __future__ import annotations

from collections.abc import Collection

from accounts.models import User
from chat.models import Session
from chat.querysets import SessionQuerySet
from core.errors import NotFound, SessionEnded
from core.prepared import AnyOf, Prepared


def _for_update(rows: SessionQuerySet, *, free: bool = False) -> SessionQuerySet:
    return rows.select_for_update(no_key=True, of=("self",), skip_locked=free).order_by()


# Every message asks one of these.
_BY_ID: Prepared[Session] = Prepared(lambda pk: _for_update(Session.objects.filter(pk=pk)), pk=-1)
_OPEN_OF: Prepared[Session] = Prepared(
    lambda customer: _for_update(Session.objects.filter(customer_id=customer).open()), customer=-1
)

_WHOSE = ("customer", "agent", "status", "language")
# Whoever locks several waits for none of them: one that is held does not hold up the others.
_BY_IDS: Prepared[Session] = Prepared(
    lambda ids: _for_update(Session.objects.filter(AnyOf("pk", ids)), free=True).only(*_WHOSE), ids=[-1]
)


def _lock(rows: SessionQuerySet) -> Session | None:
    return rows.select_for_update(no_key=True, of=("self",)).first()


def locked(ref: int | str, by: User) -> Session:
    """A chat that `by` sees, locked; raises NotFound."""
    text, visible = str(ref), Session.objects.visible_to(by)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound
    # Whoever sees every chat needs no condition but the id.
    found = [_lock(visible.referred(text))] if visible.query.where else _BY_ID.fetch(pk=int(text))
    session = found[0] if found else None
    if session is None:
        raise NotFound
    return session


def locked_all(ids: Collection[int]) -> dict[int, Session]:
    """Those of these chats that exist and are free, locked, whoever sees them, with what says whose they are."""
    return {session.pk: session for session in _BY_IDS.fetch(ids=list(ids))}


def locked_open(ref: int | str | None, by: User) -> Session:
    """The same, while it is open; without a reference the caller's own. Raises NotFound or SessionEnded."""
    session = locked_own(by) if ref is None else locked(ref, by)
    if session is None:
        if not Session.objects.filter(customer_id=by.pk).exists():
            raise NotFound
        raise SessionEnded
    if not session.is_open:
        raise SessionEnded
    return session


def locked_own(by: User) -> Session | None:
    """The caller's open chat, locked; None without one."""
    found = _OPEN_OF.fetch(customer=by.pk)
    return found[0] if found else None


def locked_last(by: User) -> Session:
    """The caller's open chat, else his last ended one, locked; raises NotFound."""
    session = locked_own(by) or locked_last_ended(by)
    if session is None:
        raise NotFound
    return session


def locked_last_ended(by: User) -> Session | None:
    """The caller's last ended chat, locked."""
    return _lock(Session.objects.filter(customer_id=by.pk, status="ended").order_by("-ended_at", "-pk"))
