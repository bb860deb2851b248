"""The channels that something is sent by: each one module behind one small interface, off until it is configured.

To add one: a module with a Channel below, its line in CHANNELS, its word in `notifications.models.Channel`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from notifications.channels.base import ChannelSender
from notifications.models import Channel

CHANNELS: Mapping[str, str] = {
    Channel.EMAIL: "notifications.channels.email",
    Channel.PUSH: "notifications.channels.push",
    Channel.SMS: "notifications.channels.sms",
}


def sender(channel: str) -> ChannelSender:
    """Return a new sender of this channel; open it before use, close it afterwards."""
    made: ChannelSender = import_module(CHANNELS[channel]).Sender()
    return made


def is_configured(channel: str) -> bool:
    """Return whether the settings say how this channel reaches its provider."""
    return bool(import_module(CHANNELS[channel]).is_configured())


def missing(channel: str) -> list[str]:
    """Return the names of the settings that this channel lacks."""
    return list(import_module(CHANNELS[channel]).missing())


def configured() -> frozenset[str]:
    """Return the channels that can send."""
    return frozenset(channel for channel in CHANNELS if is_configured(channel))
