"""NOTIFY and LISTEN of PostgreSQL: a commit itself tells every web process which rooms have news, and its signals.

Nothing is told of what is rolled back, and nothing is lost between a commit and the telling. What a process misses
while its listening connection is away is found by the hub's comparison with the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import psycopg
import structlog
from django.db import connection

from core.prepared import execute

logger = structlog.get_logger(__name__)
NEWS, SIGNALS = "rt_news", "rt_signal"
MAX_BYTES = 7_900
"""PostgreSQL takes payloads of less than 8,000 bytes."""
RETRY_SECONDS = 1.0
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}

Signal = dict[str, Any]
"""A signal to one room: `room`, `event`, `data` (JSON text), `at`, and `once` if it goes to several rooms.

Of typing also `skip`, whose sockets do not hear it, and `typist`, the socket on which they type.
"""


def notify_signals(signals: list[Signal]) -> None:
    """Send signals when the current transaction commits, or at once outside one; too large ones are dropped."""
    payloads = [orjson.dumps(signal) for signal in signals]
    fitting = [payload.decode() for payload in payloads if len(payload) <= MAX_BYTES]
    if len(fitting) < len(payloads):
        logger.error("signal_too_large", event_name=signals[0]["event"])
    execute(f"select pg_notify('{SIGNALS}', payload) from unnest(%s::text[]) payload", [fitting])


async def listen(
    on_news: Callable[[str], None], on_signal: Callable[[Signal], None], on_back: Callable[[], None]
) -> None:
    """Hear what commits tell, for ever; `on_back` is called when something may have been missed before."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_parameters()) as listening:
                for channel in (NEWS, SIGNALS):
                    await listening.execute(f"listen {channel}")
                on_back()
                async for told in listening.notifies():
                    if told.channel == NEWS:
                        on_news(told.payload)
                    else:
                        on_signal(orjson.loads(told.payload))
        except (psycopg.Error, OSError) as error:
            logger.warning("realtime_listener_disconnected", error=repr(error)[:200])
        await asyncio.sleep(RETRY_SECONDS)


def _parameters() -> dict[str, Any]:
    """Return how Django connects, for a connection of the loop's own."""
    known = connection.get_connection_params() | _KEEPALIVE
    return {**known, "autocommit": True, "cursor_factory": psycopg.AsyncCursor}
