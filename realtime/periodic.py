"""What a hub does by the clock: heartbeats, slow readers, rights, leases, presence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

from django.conf import settings

from realtime import leases, presence
from realtime.errors import CLOSE_RESTART, CLOSE_SLOW
from realtime.hub import Hub
from realtime.outlets import before_shutdown, without_debug_texts
from realtime.rights import recheck
from realtime.session import Session
from realtime.workers import in_thread

T = TypeVar("T")
LOOK_SECONDS, GIVE_BACK_SECONDS, SWEEP_SECONDS = 0.5, 2.0, 5.0
AT_ONCE = 50


def start_rounds(hub: Hub) -> None:
    """Begin everything that repeats."""

    async def heartbeats() -> None:
        await _heartbeats(hub)

    async def slow_readers() -> None:
        _slow_readers(hub)

    async def rights() -> None:
        await _rights(hub)

    async def refresh() -> None:
        await _refresh(hub)

    async def sweep() -> None:
        await in_thread(presence.sweep)

    hub.every(settings.REALTIME["heartbeat_seconds"], heartbeats)
    hub.every(LOOK_SECONDS, slow_readers)
    hub.every(settings.REALTIME["recheck_seconds"], rights)
    hub.every(leases.REFRESH_SECONDS, refresh)
    hub.every(GIVE_BACK_SECONDS, hub.give_back_again)
    hub.every(SWEEP_SECONDS, sweep)

    def say_goodbye() -> None:
        for session in list(hub.sessions):
            session.end(CLOSE_RESTART)

    before_shutdown(say_goodbye)
    without_debug_texts()


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


async def _refresh(hub: Hub) -> None:
    sessions = list(hub.sessions)
    staff = [session.holder for session in sessions if session.user.is_agent]
    if sessions:
        await in_thread(leases.refresh, [session.holder for session in sessions], staff)
        for session in sessions:
            if session.closed:  # meanwhile: its lease was given back, and renewed after that
                hub.forget_lease(session.holder)
        await in_thread(presence.appeared, {user_id for user_id, _address, _id in staff})


async def _batches(items: list[Session], size: int) -> AsyncIterator[Iterable[Session]]:
    """The items in portions, the loop free between them."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
        await asyncio.sleep(0)
