"""Forms of what the socket says for itself: presence, typing, and the control frames."""

from rest_framework import serializers

from core.api.serializers import FormOut


class PresenceUpdated(FormOut):
    """Tell whether a member of staff is here, and what he says of himself."""

    user_id = serializers.CharField()
    online = serializers.BooleanField()
    availability = serializers.ChoiceField(choices=["available", "away", "offline"])


class TypingOut(FormOut):
    """Say who is typing in a ticket or a chat; forget it after `expiresIn` seconds without news."""

    ticket_id = serializers.CharField(required=False)
    session_id = serializers.CharField(required=False)
    user_id = serializers.CharField()
    name = serializers.CharField()
    expires_in = serializers.IntegerField()
