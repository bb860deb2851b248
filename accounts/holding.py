"""People kept as they are until the transaction ends, so that nothing is given to somebody who is leaving."""

from __future__ import annotations

from accounts.models import User
from core.prepared import execute

_HOLD = "select 1 from accounts_user where id = %s"


def hold_with_right(user_id: int, codename: str, *, alone: bool = False) -> User | None:
    """Return active staff who hold this right, kept active until the transaction ends; None for anybody else.

    Waits for whoever disables them or takes their role or groups. Others may hold them too, unless `alone`, for what
    is counted a person. The right is asked after the lock, in a statement that sees what was committed meanwhile.
    """
    execute(f"{_HOLD} for no key update" if alone else f"{_HOLD} for share", [user_id])
    found: User | None = User.objects.with_right(codename).filter(pk=user_id).first()
    return found
