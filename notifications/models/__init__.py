"""Rows of notifications: the outbox (items, deliveries, attempts), the in-app list, devices, preferences."""

from notifications.models.inbox import Device, Notification, Platform
from notifications.models.outbox import OPEN, Attempt, Channel, ChannelPause, Delivery, Item, Outcome, Part, State
from notifications.models.preferences import Audience, DefaultPreference, Mute, Preference, Settings

__all__ = [
    "OPEN",
    "Attempt",
    "Audience",
    "Channel",
    "ChannelPause",
    "DefaultPreference",
    "Delivery",
    "Device",
    "Item",
    "Mute",
    "Notification",
    "Outcome",
    "Part",
    "Platform",
    "Preference",
    "Settings",
    "State",
]
