"""Which of the staff are here: told to the queues when it changes, asked by whoever assigns work."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.conf import settings

from realtime import leases
from realtime.encoding import PresenceUpdated
from realtime.notifier import packed
from realtime.publish import signal, signals
from realtime.registry import EventSpec, authenticator

UPDATED = "presence:updated"
EVENTS = (
    EventSpec(
        UPDATED,
        "A member of staff came, left, or changed his availability",
        frozenset({"queue"}),
        {"staff": lambda: PresenceUpdated},
        stored=False,
    ),
)


def online(user_ids: Collection[int]) -> set[int]:
    """Which of these people have a socket open; all of them while Redis is away."""
    return leases.online(user_ids)


def connected(user_ids: Collection[int]) -> set[int]:
    """Which of these people, customers too, have a socket open now, without a grace; all of them without Redis.

    For 20 s after Redis lost everything, somebody who is here may seem away.
    """
    return leases.connected(user_ids)


def tell_availability(user_id: int, availability: str) -> None:
    """A member of staff changed what he says of himself: tell the queues. Call it after the commit."""
    signal(UPDATED, _forms(user_id, availability, online=user_id in leases.online([user_id])))


def appeared(user_ids: Collection[int]) -> None:
    """These people have a socket: tell those who were not online before."""
    _tell(leases.unmarked(user_ids), online=True)


def sweep() -> None:
    """Tell of those whose last socket is gone for longer than the grace."""
    _tell(leases.lapsed(), online=False)


def _tell(user_ids: Collection[int], *, online: bool) -> None:
    if not user_ids:
        return
    known = authenticator().availability(user_ids)
    telling = {
        user_id: signals(UPDATED, _forms(user_id, known[user_id], online=online)) if user_id in known else []
        for user_id in user_ids
    }
    leases.mark({user_id: packed(messages) for user_id, messages in telling.items()}, online=online)


def _forms(user_id: int, availability: str, *, online: bool) -> dict[str, dict[str, Any]]:
    form = {"userId": str(user_id), "online": online, "availability": availability}
    return dict.fromkeys(settings.REALTIME_PRESENCE_ROOMS, form)
