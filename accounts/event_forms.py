"""The event of a change of rights as sockets tell it."""

from rest_framework import serializers

from core.api.serializers import FormOut
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
