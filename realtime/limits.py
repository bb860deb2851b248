"""Define what one socket may ask for: a token bucket, and the end for those who go on after being told."""

import time
from collections import deque

from django.conf import settings

STRIKES, STRIKE_SECONDS = 3, 10.0


class Bucket:
    """So many actions a second, with a burst; `take` answers the seconds to wait, 0 when the action may run."""

    __slots__ = ("_burst", "_rate", "_strikes", "_tokens", "_when")

    def __init__(self) -> None:
        self._rate, self._burst = settings.REALTIME["actions"], settings.REALTIME["actions_burst"]
        self._tokens, self._when = float(self._burst), time.monotonic()
        self._strikes: deque[float] | None = None

    def take(self) -> float:
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._when) * self._rate)
        self._when = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate

    def strike(self) -> bool:
        """Count an excess; whether it was one too many."""
        now = time.monotonic()
        if self._strikes is None:  # most sockets never need it
            self._strikes = deque(maxlen=STRIKES)
        self._strikes.append(now)
        return len(self._strikes) == STRIKES and now - self._strikes[0] <= STRIKE_SECONDS
