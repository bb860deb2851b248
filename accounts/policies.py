"""Who may change people."""

from accounts.catalogue import full_name
from accounts.models import User
from core.errors import Forbidden


def refuse_unless(by: User | None, codename: str) -> None:
    """Raise Forbidden unless `by` holds the right; None is an operator at the command line."""
    if by is not None and not by.has_perm(full_name(codename)):
        raise Forbidden(full_name(codename))
