"""The event of a new line in somebody's list."""

from __future__ import annotations

from notifications.forms import NotificationOut, form_of
from notifications.models import Notification
from realtime.publish import emit
from realtime.registry import EventSpec

CREATED = "notification:created"
EVENTS = (
    EventSpec(
        CREATED,
        "Something new stands in this person's list of notifications",
        frozenset({"user"}),
        {"customer": lambda: NotificationOut, "staff": lambda: NotificationOut},
    ),
)


def created(notification: Notification) -> None:
    """Tell the recipient's sockets, in their language."""
    emit(CREATED, {f"user:{notification.recipient_id}": form_of(notification, notification.recipient.language)})
