"""The events of sockets themselves, presence and typing, and the forms of their data."""

from rest_framework import serializers

from core.api.serializers import FormOut
from realtime import presence, typing
from realtime.registry import EventSpec


class PresenceUpdated(FormOut):
    """Tell whether a member of staff is here, and what they say of themselves."""

    user_id = serializers.CharField()
    online = serializers.BooleanField()
    availability = serializers.ChoiceField(choices=["available", "away", "offline"])


class TypingOut(FormOut):
    """Tell who is typing in a ticket or a chat; forget it after `expiresIn` seconds without news."""

    ticket_id = serializers.CharField(required=False)
    session_id = serializers.CharField(required=False)
    user_id = serializers.CharField()
    name = serializers.CharField()
    expires_in = serializers.IntegerField()


_TYPING = {"customer": lambda: TypingOut, "staff": lambda: TypingOut}
EVENTS = (
    EventSpec(
        presence.UPDATED,
        "A member of staff came, left, or changed their availability",
        frozenset({"queue"}),
        {"staff": lambda: PresenceUpdated},
        stored=False,
    ),
    # To every room that is joined by hand.
    EventSpec(typing.START, "Somebody began typing", frozenset(), _TYPING, stored=False),
    EventSpec(typing.STOP, "Somebody stopped typing", frozenset(), _TYPING, stored=False),
)
