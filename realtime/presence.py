"""Which of the staff are here: told to the queues when it changes, asked by whoever assigns work."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.conf import settings

from realtime import leases
from realtime.publish import signal
from realtime.registry import EventSpec, authenticator
from realtime.wire import PresenceUpdated

EVENTS = (
    EventSpec(
        "presence:updated",
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
    _announce(user_id, availability, online=user_id in leases.online([user_id]))


def appeared(user_ids: Collection[int]) -> None:
    """These people have a socket: tell those who were not online before."""
    _tell(user_ids, leases.appear, online=True)


def sweep() -> None:
    """Tell of those whose last socket is gone for longer than the grace."""
    _tell(leases.lapsed(), leases.vanish, online=False)


def _tell(user_ids: Collection[int], mark: Callable[[Collection[int]], list[int]], *, online: bool) -> None:
    """Mark these people and tell of those who changed; read before they are marked, so that a failure is made good."""
    known = authenticator().availability(user_ids) if user_ids else {}
    for user_id in mark(user_ids):
        if user_id in known:
            _announce(user_id, known[user_id], online=online)


def _announce(user_id: int, availability: str, *, online: bool) -> None:
    form = {"userId": str(user_id), "online": online, "availability": availability}
    signal("presence:updated", dict.fromkeys(settings.REALTIME_PRESENCE_ROOMS, form))
