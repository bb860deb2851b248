"""Events of accounts: a change of what someone may do, consumed by his sockets."""

from collections.abc import Iterable

from rest_framework import serializers

from accounts.rooms import user_room
from core.api.serializers import FormOut
from realtime.publish import emit
from realtime.registry import EventSpec


class AccessChanged(FormOut):
    """Why rights must be read again: signed_out, password_changed, disabled, rights_changed."""

    reason = serializers.CharField()


EVENTS = (
    EventSpec(
        "access:changed",
        "What this person may do has changed",
        frozenset({"user"}),
        {"customer": lambda: AccessChanged, "staff": lambda: AccessChanged},
    ),
)


def access_changed(user_ids: Iterable[int], reason: str) -> None:
    """Tell the sockets of these people to read their rights again."""
    for user_id in user_ids:
        emit("access:changed", {user_room(user_id): {"reason": reason}})
