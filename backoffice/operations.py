"""Define what the back office's own door does beyond the operations of accounts: entering and leaving, audited."""

from accounts.models import User
from audit.recorder import record
from core.operation import operation

DOOR = "backoffice"


@operation
def enter(user: User) -> None:
    """Record that someone signed in here."""
    record("SIGNED_IN", user, by=user, metadata={"door": DOOR})


@operation
def leave(user: User) -> None:
    """Record that someone signed out here; his API sessions go on."""
    record("SIGNED_OUT", user, by=user, metadata={"door": DOOR})
