"""Places in the queue, told to those who wait whenever somebody before them goes."""

from __future__ import annotations

import time

from redis import Redis

from chat import events
from chat.models import Session
from core.jobs import wake
from core.operation import call_after_commit
from core.stores import try_redis

AT_ONCE = 50
"""Up to so many waiting customers are told at each move; more, at most twice a second."""
PAUSE_MILLISECONDS = 500
_PAUSE, _LATER = "support:chat:positions:pause", "support:chat:positions:later"


def moved() -> None:
    """Somebody came into the queue or left it: tell the places once this is committed."""
    call_after_commit(_tell)


def places() -> dict[int, int]:
    """Each waiting chat's place, from 1."""
    return {pk: place for place, pk in enumerate(Session.objects.waiting().values_list("pk", flat=True), 1)}


def tell_later() -> None:
    """Tell what throttled moves left to be told, once the pause is over; the worker's."""
    time.sleep(PAUSE_MILLISECONDS / 1000)
    try_redis(lambda redis: redis.delete(_LATER), 0)
    events.positions(places())


def _tell() -> None:
    found = places()
    if len(found) <= AT_ONCE or _free():
        events.positions(found)
    elif try_redis(lambda redis: bool(redis.set(_LATER, 1, nx=True, px=10 * PAUSE_MILLISECONDS)), False):
        wake("chat.tell_positions")


def _free() -> bool:
    def claim(redis: Redis) -> bool:
        return bool(redis.set(_PAUSE, 1, nx=True, px=PAUSE_MILLISECONDS))

    return try_redis(claim, True)
