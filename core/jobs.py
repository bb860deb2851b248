"""Wake a background task by name: a nudge that may be lost, since timers sweep what it is for."""

import os
import time
from functools import cache

import structlog
from kombu.exceptions import KombuError
from kombu.pools import ProducerPool

log = structlog.get_logger(__name__)
BREAKER_SECONDS = 1.0
TIMEOUT_SECONDS = 0.2
CONNECTIONS = 8
_skip_until = 0.0


def wake(task: str, *args: object) -> None:
    """Send a task to the worker without waiting or retrying; never raises. Call it through after_commit."""
    global _skip_until
    if time.monotonic() < _skip_until:
        return
    from celery import current_app

    try:
        with _producers(os.getpid()).acquire(block=True, timeout=TIMEOUT_SECONDS) as producer:  # type: ignore[no-untyped-call]
            current_app.send_task(task, args=args, producer=producer, retry=False, ignore_result=True)
    except (KombuError, OSError, RuntimeError) as error:
        _skip_until = time.monotonic() + BREAKER_SECONDS
        log.warning("wake_failed", task=task, error=type(error).__name__)


@cache
def _producers(process: int) -> ProducerPool:
    """Connections of this process for nudges alone.

    A worker's own ones wait for seconds, as they must to wait for work, and connect again and again.
    """
    from celery import current_app

    waits = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS, "max_retries": 0}
    options = {**current_app.conf.broker_transport_options, **waits}
    connection = current_app.connection_for_write(transport_options=options, connect_timeout=TIMEOUT_SECONDS)
    pool = connection.Pool(limit=CONNECTIONS)
    return ProducerPool(connections=pool, limit=CONNECTIONS)  # type: ignore[no-untyped-call]
