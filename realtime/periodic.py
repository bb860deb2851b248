"""The work a hub does by the clock: heartbeats, slow readers, rights, leases, presence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable

from django.conf import settings

from realtime import presence, viewing
from realtime.errors import CLOSE_SLOW
from realtime.hub import Hub
from realtime.member import Member
from realtime.places import REFRESH_SECONDS, places
from realtime.rights import recheck
from realtime.workers import in_thread
from realtime.writers import before_shutdown

LOOK_SECONDS, SWEEP_SECONDS = 0.5, 5.0
AT_ONCE = 50


def start_periodic(hub: Hub) -> None:
    """Begin everything that repeats."""

    async def heartbeats() -> None:
        await _heartbeats(hub)

    async def slow_readers() -> None:
        _slow_readers(hub)

    async def rights() -> None:
        await _rights(hub)

    async def views() -> None:
        await in_thread(viewing.store, viewing.viewed({name: room.members for name, room in hub.rooms.items()}))

    async def leases() -> None:
        await in_thread(places().refresh)
        await hub.say_who_left()

    async def sweep() -> None:
        await in_thread(presence.sweep)

    hub.every(settings.REALTIME["heartbeat_seconds"], heartbeats)
    hub.every(LOOK_SECONDS, slow_readers)
    hub.every(settings.REALTIME["recheck_seconds"], rights)
    hub.every(presence.REFRESH_SECONDS, hub.say_who_is_here)
    hub.every(viewing.RENEW_SECONDS, views)
    hub.every(REFRESH_SECONDS, leases)
    hub.every(SWEEP_SECONDS, sweep)

    before_shutdown(hub.leave_all)


async def _heartbeats(hub: Hub) -> None:
    async for batch in _batches(list(hub.sessions), 200):
        for session in batch:
            if session.peer.wants_control and session.paused_at is None:
                session.control("hb", {"rooms": {name: cursor.seq for name, cursor in session.cursors.items()}})


def _slow_readers(hub: Hub) -> None:
    now = time.monotonic()
    for session in list(hub.sessions):
        if session.paused_at is None:
            continue
        session.look_at_backlog()
        if session.paused_at is not None and now - session.paused_at > settings.REALTIME["slow_seconds"]:
            session.end(CLOSE_SLOW)


async def _rights(hub: Hub) -> None:
    async for batch in _batches(list(hub.sessions), AT_ONCE):
        await recheck([session for session in batch if not session.closed])


async def _batches(items: list[Member], size: int) -> AsyncIterator[Iterable[Member]]:
    """The items in portions, the loop free between them."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
        await asyncio.sleep(0)
