"""Changes that people make: what they read, what they want to hear and where; what becomes of deliveries."""

from notifications.operations.deliveries import cancel_delivery, retry_delivery, send_again
from notifications.operations.devices import add_device, remove_device, remove_token
from notifications.operations.preferences import mute, set_defaults, set_preferences, set_settings, unmute, unsubscribe
from notifications.operations.reading import mark_about_read, mark_all_read, mark_read

__all__ = [
    "add_device",
    "cancel_delivery",
    "mark_about_read",
    "mark_all_read",
    "mark_read",
    "mute",
    "remove_device",
    "remove_token",
    "retry_delivery",
    "send_again",
    "set_defaults",
    "set_preferences",
    "set_settings",
    "unmute",
    "unsubscribe",
]
