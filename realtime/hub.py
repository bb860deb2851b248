"""One per web process: what rooms its sockets are in, one delivery of each event to them all.

What commits tell is read from the log, for all rooms that were named meanwhile in one query; a comparison of every room
with the log every few seconds finds what was not told. Only the event loop's thread touches a hub.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError

from realtime import log, metrics, presence, viewing
from realtime.errors import CLOSE_RESTART
from realtime.frames import Frame
from realtime.member import Member
from realtime.notifier import Signal, listen
from realtime.places import Holder, places
from realtime.registry import events
from realtime.rights import recheck
from realtime.signals import SignalExchange
from realtime.typing import Typists, end_by_message
from realtime.workers import in_thread

logger = structlog.get_logger(__name__)
ROOMS_AT_ONCE = 1_000
GATHER_SECONDS = 0.05


@dataclass(eq=False, slots=True)
class LocalRoom:
    """A room with members here; `seq` is the number delivered to them, `typists` who types, in any process."""

    name: str
    seq: int
    members: dict[Member, None] = field(default_factory=dict)
    typists: Typists = field(default_factory=Typists)


class Hub:
    """The process's rooms. Sessions enter and leave them; everything else runs by itself."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self.rooms: dict[str, LocalRoom] = {}
        self.sessions: dict[Member, None] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self._with_news: dict[str, None] = {}
        self._reading = False
        self.leaving = False
        self._freed: list[Holder] = []
        self._staff_left: set[int] = set()
        self._views_changed: set[viewing.View] = set()
        self._exchange = SignalExchange(self.id, self.deliver_signal)
        self.spawn(self._exchange.receive())
        self.spawn(listen(self.read_news_of, self.deliver_signal, self.read_all_news))
        self.every(settings.REALTIME["reconcile_seconds"], self.reconcile)

    # --- Tasks

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work that outlives its caller; what it raises is logged."""
        task = asyncio.ensure_future(self._guarded(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            logger.exception("realtime_task_failed", work=getattr(work, "__qualname__", ""))

    def every(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run work again and again, with so many seconds between."""
        self.spawn(self._every(seconds, work))

    async def _every(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Exception as error:
                logger.warning("realtime_round_failed", work=work.__name__, error=repr(error)[:200])

    # --- Members

    def enter(self, session: Member, name: str, seq: int) -> LocalRoom:
        """Make the session a member; `seq` is the room's number as read a moment ago."""
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = LocalRoom(name, seq)
            self.read_news_of(name)  # what was told since the number was read, nobody here heard
        room.members[session] = None
        self.view_changed(session, name)
        return room

    def leave(self, session: Member, name: str) -> None:
        """End the membership; an empty room is forgotten."""
        room = self.rooms.get(name)
        if room is not None:
            room.members.pop(session, None)
            if not room.members:
                del self.rooms[name]
            self.view_changed(session, name)

    def view_changed(self, session: Member, name: str) -> None:
        """Say who looks at a conversation now, together with what else changes in this moment."""
        if not viewing.is_conversation(name):
            return
        self._views_changed.add((name, session.user_id))
        if len(self._views_changed) == 1:
            self.spawn(self._store_views())

    async def _store_views(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        changed, self._views_changed = self._views_changed, set()
        rooms = {name for name, _user_id in changed} & self.rooms.keys()
        views = viewing.viewed({name: self.rooms[name].members for name in rooms})
        await in_thread(viewing.store, changed & views, changed - views)

    # --- Stored events

    def read_all_news(self) -> None:
        """Compare every room with the log."""
        self._with_news.update(dict.fromkeys(self.rooms))
        self._start_reading()

    async def reconcile(self) -> None:
        """Find what was not told."""
        self.read_all_news()

    def read_news_of(self, name: str) -> None:
        """Read the log for a room, together with the others that are named meanwhile."""
        if name in self.rooms:
            self._with_news[name] = None
            self._start_reading()

    def _start_reading(self) -> None:
        if self._with_news and not self._reading:
            self._reading = True
            self.spawn(self._read_news())

    async def _read_news(self) -> None:
        try:
            while self._with_news:
                names = list(self._with_news)[:ROOMS_AT_ONCE]
                for name in names:
                    del self._with_news[name]
                rooms = {name: self.rooms[name] for name in names if name in self.rooms}
                seqs = {name: room.seq for name, room in rooms.items()}
                found = await in_thread(log.after, seqs, settings.REALTIME["replay_page"])
                for name, news in found.items():
                    if self.rooms.get(name) is rooms[name]:
                        self._deliver(rooms[name], news)
        except (OperationalError, InterfaceError) as error:  # the comparison with the log finds it again
            logger.warning("realtime_log_unavailable", error=repr(error)[:200])
        finally:
            self._reading = False

    def _deliver(self, room: LocalRoom, news: log.News) -> None:
        """Deliver what follows on the room's number; its members fetch anew when the log no longer holds that."""
        before = room.seq
        for row in news.events:
            if row.seq == room.seq + 1:
                self._deliver_event(room, Frame.stored(row))
        if news.latest_seq < before or (room.seq == before < news.latest_seq):
            room.seq = news.latest_seq
            for session in list(room.members):
                session.reset(room.name, news.latest_seq)
        elif room.seq < news.latest_seq:
            self.read_news_of(room.name)

    def _deliver_event(self, room: LocalRoom, frame: Frame) -> None:
        assert frame.seq is not None
        room.seq = frame.seq
        metrics.DELIVERED.inc()
        for session in list(room.members):
            session.offer(frame)
        spec = events().get(frame.event)
        if spec is not None and spec.ends_typing and room.typists:
            end_by_message(room.name, list(room.members), frame.data)
        # Who may be in a queue's room hangs on his rights alone, never on one ticket or chat.
        if spec is not None and spec.moves_access and not room.name.startswith("queue:"):
            self.spawn(recheck(list(room.members)))

    # --- Signals: not stored, may be lost

    def send_signal(self, room: str, event: str, data: str, *, at: str, skip: int, typist: str) -> None:
        """Send a signal of typing on the socket `typist` to the members of a room everywhere, but for one user's."""
        signal = {"room": room, "event": event, "data": data, "at": at, "skip": skip, "typist": typist}
        self.deliver_signal(signal)
        self._exchange.send(signal)

    def deliver_signal(self, signal: Signal) -> None:
        """Send a signal to the members of its room here."""
        room = self.rooms.get(signal["room"])
        if room is None or ("typist" in signal and not room.typists.is_news(signal)):
            return
        frame = Frame(signal["event"], signal["data"], room=room.name, at=signal["at"])
        skip, once = signal.get("skip"), signal.get("once", "")
        for session in list(room.members):
            if session.user_id != skip:
                session.send_ephemeral(frame, once)

    # --- The end of sockets

    def forget(self, session: Member) -> None:
        """Forget a closed socket and give back its place."""
        self.sessions.pop(session, None)
        if session.user.is_agent:
            self._staff_left.add(session.user_id)
        self.free_place(session.holder)

    def free_place(self, holder: Holder) -> None:
        """Give back a place, together with others that are given back now."""
        self._freed.append(holder)
        if len(self._freed) == 1:
            self.spawn(self._give_back())

    async def _give_back(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        freed, self._freed = self._freed, []
        await in_thread(places().give_back, freed)
        await self.say_who_left()

    async def say_who_is_here(self) -> None:
        """Say which of the staff have a socket here; and of those who left meanwhile that they did, after it."""
        staff = {session.user_id for session in self.sessions if session.user.is_agent}
        await in_thread(presence.here, staff)
        self._staff_left |= staff
        await self.say_who_left()

    async def say_who_left(self) -> None:
        """Say which of the staff have no socket here any more; said again later when Redis did not take it."""
        left, self._staff_left = self._staff_left - {session.user_id for session in self.sessions}, set()
        if not await in_thread(presence.gone, left):
            self._staff_left |= left

    def leave_all(self) -> None:
        """End every socket of a process that was told to go; nobody is let in any more."""
        self.leaving = True
        for session in list(self.sessions):
            session.end(CLOSE_RESTART)
        places().end()
