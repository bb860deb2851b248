"""When to try again: growing delays with jitter, for a delivery and for a channel whose provider fails."""

from __future__ import annotations

import datetime
import random

MOST_TRIES = 14
_SECONDS = (10, 30, 120, 600, 1800, 3600)
_PAUSES = (5, 10, 30, 60)
LONGEST_SECONDS = 6 * 3600


def delay(tries: int, retry_after: float | None = None) -> datetime.timedelta:
    """Return how long to wait after so many tries of one delivery; what the provider asks for is kept, up to a cap."""
    return _jittered(_SECONDS[min(tries, len(_SECONDS)) - 1 if tries else 0], retry_after)


def pause(failures: int, retry_after: float | None = None) -> datetime.timedelta:
    """Return how long a channel rests after so many failures in a row."""
    return _jittered(_PAUSES[min(failures, len(_PAUSES)) - 1 if failures else 0], retry_after)


def _jittered(seconds: float, retry_after: float | None) -> datetime.timedelta:
    wait = seconds * random.uniform(0.8, 1.2)
    return datetime.timedelta(seconds=min(max(wait, retry_after or 0), LONGEST_SECONDS))
