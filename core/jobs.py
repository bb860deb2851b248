"""Wake a background task by name: a nudge that may be lost, since timers sweep what it is for."""

import time

import structlog
from kombu.exceptions import KombuError

log = structlog.get_logger(__name__)
BREAKER_SECONDS = 1.0
_skip_until = 0.0


def wake(task: str, *args: object) -> None:
    """Send a task to the worker without waiting or retrying; never raises. Call it through after_commit."""
    global _skip_until
    if time.monotonic() < _skip_until:
        return
    from celery import current_app

    try:
        current_app.send_task(task, args=args, retry=False, ignore_result=True)
    except (KombuError, OSError, RuntimeError) as error:
        _skip_until = time.monotonic() + BREAKER_SECONDS
        log.warning("wake_failed", task=task, error=type(error).__name__)
