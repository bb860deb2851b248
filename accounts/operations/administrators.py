"""The last administrator stays: whatever takes rights away is refused if nobody would hold all of them after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext as _

from accounts.catalogue import CODENAMES
from accounts.models import Role, User
from core.errors import Invalid

# A number of PostgreSQL's advisory locks that nothing else of the project takes.
_LOCK = 7_201_001


@contextmanager
def an_administrator_stays(field: str) -> Iterator[None]:
    """Carry out a change that takes rights away; such changes run one after another until their transaction ends.

    Raises Invalid naming `field` when an installation that had an administrator has none after it. An administrator is
    an active person who holds every right of the catalogue; one of that role must stay too, if there was one.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    before = _roles_with_every_right()
    yield
    after = _roles_with_every_right()
    if (before and not after) or (Role.ADMINISTRATOR in before and Role.ADMINISTRATOR not in after):
        raise Invalid(fields={field: [_("This is the last administrator. Make another one first.")]})


def _roles_with_every_right() -> set[str]:
    return {user.role for user in User.objects.staff().with_rights() if user.rights == CODENAMES}
