"""Say who may change people: holders of the right to manage them, and only those with no right that they lack."""

from collections.abc import Iterable

from accounts.catalogue import full_name
from accounts.models import User
from core.errors import Forbidden


def refuse_unless(by: User | None, codename: str) -> None:
    """Raise Forbidden unless `by` holds the right; None is an operator at the command line."""
    refuse_unless_all(by, [codename])


def refuse_unless_all(by: User | None, codenames: Iterable[str]) -> None:
    """Raise Forbidden naming a right of these that `by` does not hold: nobody gives what they do not have."""
    missing = sorted(frozenset(codenames) - by.rights) if by is not None else []
    if missing:
        raise Forbidden(full_name(missing[0]))


def refuse_beyond(by: User | None, user: User) -> None:
    """Raise Forbidden when another person holds, or would hold if let in again, a right that `by` does not."""
    if by is not None and by.pk != user.pk:
        refuse_unless_all(by, user.granted_rights)


def may_change(by: User, user: User) -> bool:
    """Return whether refuse_beyond would pass."""
    return by.pk == user.pk or user.granted_rights <= by.rights
