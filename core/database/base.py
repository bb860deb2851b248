"""Tell whether a lasting connection can be used, told by its socket."""

import select
import time
from typing import Any

from django.db.backends.postgresql import base

TRUSTED_SECONDS = 10.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the server only when its socket has something to say, or after a pause in which a network may forget it."""

    _asked_at = float("-inf")

    def is_usable(self) -> bool:
        """Return whether the connection works: a server that ended it has closed the socket or written why."""
        now = time.monotonic()
        if now - self._asked_at < TRUSTED_SECONDS and self._silent():
            return True
        usable: bool = super().is_usable()
        self._asked_at = now if usable else float("-inf")
        return usable

    def connect(self) -> None:
        super().connect()
        self._asked_at = time.monotonic()

    def _silent(self) -> bool:
        raw: Any = self.connection
        if raw is None or raw.closed:
            return False
        poll = select.poll()
        poll.register(raw.fileno(), select.POLLIN)
        return not poll.poll(0)
