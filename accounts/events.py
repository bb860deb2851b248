"""Events of accounts: a change of what someone may do, consumed by his sockets."""

from collections.abc import Iterable

from django.conf import settings

from accounts.rooms import user_room
from core.operation import wake_after_commit
from realtime.publish import emit

# What takes work from somebody, or lets them take some.
_OF_RIGHTS = {"disabled", "rights_changed"}


def access_changed(user_ids: Iterable[int], reason: str) -> None:
    """Tell the sockets of these people to read their rights again, and have their work looked at."""
    for user_id in user_ids:
        emit("access:changed", {user_room(user_id): {"reason": reason}})
    if reason in _OF_RIGHTS:
        staff_changed()


def staff_changed() -> None:
    """Wake what looks at the work of agents (STAFF_CHANGED_TASKS) once it is committed who can do it."""
    for task in settings.STAFF_CHANGED_TASKS:
        wake_after_commit(task)
