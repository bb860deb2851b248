"""Locks on chats: what an operation changes it holds first, and holds only if its caller sees it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from accounts.models import User
from chat.models import Session
from chat.querysets import SessionQuerySet
from core.database.compiled import Prepared
from core.errors import NotFound, SessionEnded
from core.ids import id_or_refuse
from core.prepared import execute


def _for_update(rows: SessionQuerySet) -> SessionQuerySet:
    return rows.select_for_update(no_key=True, of=("self",)).order_by()


# Every message asks one of these.
_BY_ID: Prepared[Session] = Prepared(lambda pk: _for_update(Session.objects.filter(pk=pk)), pk=-1)
_OPEN_OF: Prepared[Session] = Prepared(
    lambda customer: _for_update(Session.objects.filter(customer_id=customer).open()), customer=-1
)

# In the order of the model's fields, as `from_db` takes them.
_WHOSE = ("id", "customer_id", "agent_id", "status", "language")
_HELD = f"select {', '.join(_WHOSE)} from chat_session_hold(%s::bigint[])"
_FREE = f"select {', '.join(_WHOSE)} from chat_session where id = any(%s::bigint[]) for no key update skip locked"


class ChatsHeld(Exception):
    """One of several chats stays held by somebody else. The transaction is over: it is caught outside operations."""


def _lock(rows: SessionQuerySet) -> Session | None:
    return rows.select_for_update(no_key=True, of=("self",)).first()


def locked(ref: int | str, by: User) -> Session:
    """A chat that `by` sees, locked; raises NotFound."""
    number, visible = id_or_refuse(str(ref)), Session.objects.visible_to(by)
    # Whoever sees every chat needs no condition but the id.
    found = [_lock(visible.filter(pk=number))] if visible.query.where else _BY_ID.fetch(pk=number)
    session = found[0] if found else None
    if session is None:
        raise NotFound
    return session


def locked_all(ids: Collection[int], *, skip_held: bool = False) -> dict[int, Session]:
    """Return those of these chats that exist, locked, whoever sees them, with what says whose they are.

    Waits a quarter of a second, for all that are held together, and then raises ChatsHeld; `skip_held` leaves them out
    instead.
    """
    try:
        rows = execute(_FREE if skip_held else _HELD, [list(ids)])
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise ChatsHeld from error
        raise
    return {row[0]: Session.from_db("default", _WHOSE, row) for row in rows}


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
