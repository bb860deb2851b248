"""The worker's look at tickets that agents left behind; woken when rights, teams or activity change, and swept."""

from accounts.models import Role, User
from tickets.operations.left_behind import tell_left_behind

BATCH = 100


def tell_all() -> None:
    """Tell of all of them, some at a time."""
    system = User.objects.service(Role.SYSTEM)
    while tell_left_behind(BATCH, by=system) == BATCH:
        pass
