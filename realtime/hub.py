"""One per web process: what rooms its sockets are in, one subscription a room, one delivery of each event to them all.

Doorbells bring events early; the reconciler finds what they lost. Only the event loop's thread touches a hub.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings

from realtime import leases, log, metrics
from realtime.frames import Frame
from realtime.notifier import RING, SIGNAL, channel_of, pack, unpack
from realtime.pubsub import Bus
from realtime.registry import events
from realtime.subscriptions import Subscriptions
from realtime.workers import in_thread

if TYPE_CHECKING:
    from realtime.session import Session

logger = structlog.get_logger(__name__)
HEADS_AT_ONCE = 5_000


@dataclass(eq=False, slots=True)
class LocalRoom:
    """A room with members here: `last` is the number delivered to them, `head` the highest known to exist."""

    name: str
    last: int
    head: int
    members: dict[Session, None] = field(default_factory=dict)
    filling: bool = False


class Hub:
    """The process's rooms. Sessions enter and leave them; everything else runs by itself."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self.rooms: dict[str, LocalRoom] = {}
        self.sessions: dict[Session, None] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self._gone: list[leases.Holder] = []
        self._owed: dict[leases.Holder, float] = {}
        self._own = self.id.encode()
        self.bus = Bus(self._hear, self._back)
        self.subscriptions = Subscriptions(self.bus, self.check)
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

    def enter(self, session: Session, name: str, head: int) -> LocalRoom:
        """Make the session a member; `head` is the room's number as read a moment ago."""
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = LocalRoom(name, last=head, head=head)
            self.subscriptions.want(channel_of(name), name)
        room.members[session] = None
        return room

    def leave(self, session: Session, name: str) -> None:
        """End the membership; an empty room is forgotten."""
        room = self.rooms.get(name)
        if room is None:
            return
        room.members.pop(session, None)
        if not room.members:
            del self.rooms[name]
            self.subscriptions.drop(channel_of(name))

    # --- What comes in

    def _hear(self, content: bytes) -> None:
        if self._own not in content:  # what we said ourselves comes back too
            self.on_message(unpack(content))

    def _back(self) -> None:
        """Redis was away, and doorbells with it."""
        self.spawn(self.reconcile())

    def on_message(self, message: dict[str, Any]) -> None:
        """A doorbell or a signal."""
        room = self.rooms.get(message.get("room", ""))
        if room is None:
            return
        if message["type"] == RING:
            self._on_ring(room, message)
        elif message["type"] == SIGNAL:
            frame = Frame(message["event"], message["data"], room=room.name, at=message["at"])
            self._whisper(room, frame, message.get("skip"), message.get("once", ""))

    def _on_ring(self, room: LocalRoom, message: dict[str, Any]) -> None:
        seq, data = message["seq"], message["data"]
        if seq <= room.last:
            return
        room.head = max(room.head, seq)
        if seq == room.last + 1 and data is not None:
            metrics.SENT.labels("doorbell").inc()
            row = log.Stored(room.name, seq, message["id"], message["event"], data, message["at"])
            self._deliver(room, Frame.stored(row))
        self._fill(room)

    def _deliver(self, room: LocalRoom, frame: Frame) -> None:
        assert frame.seq == room.last + 1
        room.last = frame.seq
        for session in list(room.members):
            session.offer(frame)
        spec = events().get(frame.event)
        # Who may be in a queue's room hangs on his rights alone, never on one ticket or chat.
        if spec is not None and spec.moves_access and not room.name.startswith("queue:"):
            self.spawn(self._recheck(list(room.members)))

    async def _recheck(self, sessions: list[Session]) -> None:
        from realtime.rights import recheck

        await recheck(sessions)

    # --- Healing from the log

    def _fill(self, room: LocalRoom) -> None:
        if room.head > room.last and not room.filling:
            room.filling = True
            self.spawn(self._read_on(room))

    async def _read_on(self, room: LocalRoom) -> None:
        try:
            while room.head > room.last and room.members:
                start = room.last
                rows = await in_thread(log.since, room.name, start, settings.REALTIME["replay_page"])
                for row in rows:
                    if row.seq == room.last + 1:
                        metrics.SENT.labels("log").inc()
                        self._deliver(room, Frame.stored(row))
                if room.last == start:
                    await self._reset(room)
        finally:
            room.filling = False

    async def _reset(self, room: LocalRoom) -> None:
        """The log no longer holds what follows on `last`: the members fetch anew."""
        head = (await in_thread(log.heads, [room.name]))[room.name]
        room.last = room.head = head
        for session in list(room.members):
            session.reset(room.name, head)

    async def reconcile(self) -> None:
        """Compare every room with the log."""
        await self.check(list(self.rooms))

    async def check(self, names: list[str]) -> None:
        """Read the heads of these rooms and heal those that are behind."""
        for start in range(0, len(names), HEADS_AT_ONCE):
            before = {
                name: self.rooms[name].last for name in names[start : start + HEADS_AT_ONCE] if name in self.rooms
            }
            heads = await in_thread(log.heads, list(before))
            for name, last in before.items():
                room = self.rooms.get(name)
                if room is None:
                    continue
                if heads[name] < last:
                    await self._reset(room)
                room.head = max(room.head, heads[name])
                self._fill(room)

    # --- Signals: not stored, may be lost

    def signal(self, room: str, event: str, data: str, *, at: str, skip: int | None = None) -> None:
        """Send a signal to the members of a room everywhere, but for one user's."""
        local = self.rooms.get(room)
        if local is not None:
            self._whisper(local, Frame(event, data, room=room, at=at), skip)
        message = {"type": SIGNAL, "room": room, "event": event, "data": data, "at": at, "skip": skip, "hub": self.id}
        self.bus.tell(channel_of(room), pack(message))

    def forget_lease(self, holder: leases.Holder) -> None:
        """Give back what a closed socket was counted as, together with others that close now."""
        self._gone.append(holder)
        if len(self._gone) == 1:
            self.spawn(self._give_back())

    async def _give_back(self) -> None:
        await asyncio.sleep(0.05)
        gone, self._gone = self._gone, []
        self._owed.update(dict.fromkeys(gone, time.monotonic() + leases.LEASE_SECONDS))
        await self._return(gone)

    async def give_back_again(self) -> None:
        """Give back what Redis did not take, until the leases have run out by themselves."""
        now = time.monotonic()
        self._owed = {holder: ends for holder, ends in self._owed.items() if ends > now}
        if self._owed:
            await self._return(list(self._owed), again=True)

    async def _return(self, holders: list[leases.Holder], *, again: bool = False) -> None:
        if await in_thread(leases.give_back, holders, again=again):
            for holder in holders:
                self._owed.pop(holder, None)

    def _whisper(self, room: LocalRoom, frame: Frame, skip: int | None, once: str = "") -> None:
        for session in list(room.members):
            if session.user_id != skip:
                session.send_ephemeral(frame, once)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running loop, made at its first socket."""
    loop = asyncio.get_running_loop()
    found = _hubs.get(loop)
    if found is None:
        from realtime.periodic import start_rounds

        found = _hubs[loop] = Hub()
        start_rounds(found)
    return found
