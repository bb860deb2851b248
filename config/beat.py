"""Celery's timer, which says that it runs."""

from typing import Any

from celery.beat import Scheduler as CeleryScheduler

from core import heartbeats


class Scheduler(CeleryScheduler):  # type: ignore[misc]
    """The schedule in memory, with a heartbeat."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; return the seconds until something is."""
        heartbeats.tell("beat")
        return float(super().tick(*args, **kwargs))
