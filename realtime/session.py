"""One signed-in socket, whatever its transport: the rooms it is in and how far it has got in each of them."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from django.conf import settings

from core.protocols import Identity, Viewer
from realtime import log, metrics, rooms
from realtime.errors import CLOSE_UNAUTHENTICATED, Refused
from realtime.frames import Frame
from realtime.hub import Hub
from realtime.limits import Bucket
from realtime.member import Cursor, Peer, Typing
from realtime.places import Holder
from realtime.rights import recheck
from realtime.typing import stop, stop_all
from realtime.workers import in_thread

ACCESS_CHANGED = "access:changed"
REMEMBERED = 512
LOOK_EVERY_BYTES = 65_536
EXPIRY_NOTICE_SECONDS = 60.0


class Session:
    """Delivers each event of its rooms once and in order; what it cannot send now it reads from the log later."""

    def __init__(self, hub: Hub, peer: Peer, identity: Identity, session_id: str) -> None:
        self.id = session_id
        self.hub, self.peer, self.identity = hub, peer, identity
        self.know(identity.user)
        self.user_id: int = identity.user.pk
        self.cursors: dict[str, Cursor] = {}
        self.aliases: dict[tuple[str, str], str] = {}
        self.typing: dict[str, Typing] = {}
        self.typing_at: dict[str, float] = {}
        self.bucket = Bucket()
        self.closed = False
        self.is_viewing = True
        self.paused_at: float | None = None
        self.epoch = 0
        self._unseen_bytes = 0
        # Made with the first event: most sockets are idle.
        self._seen: deque[str] | None = None
        self._seen_set: set[str] | frozenset[str] = frozenset()
        self._timer: asyncio.TimerHandle | None = None
        hub.sessions[self] = None
        metrics.SOCKETS.labels(peer.kind).inc()
        self.watch_expiry()

    @property
    def holder(self) -> Holder:
        """Return whose place this socket takes."""
        return self.user_id, self.peer.address

    # --- Delivery

    def offer(self, frame: Frame) -> None:
        """A stored event of one of the rooms: send it when it is the next one, else remember that it exists."""
        cursor = self.cursors.get(frame.room)
        assert frame.seq is not None
        if cursor is None or frame.seq <= cursor.seq:
            return
        if frame.seq != cursor.seq + 1 or cursor.replaying or self.paused_at is not None:
            cursor.latest_seq = max(cursor.latest_seq, frame.seq)
            self._go_on(cursor)
            return
        self._send_next(cursor, frame)

    def send_ephemeral(self, frame: Frame, once: str = "") -> None:
        """A signal that may be lost; what goes to several rooms carries a name in `once`, and is written once."""
        if self.paused_at is not None or self.closed or once in self._seen_set:
            return
        if once:
            self._remember(once)
        self.write(frame)

    def write(self, frame: Frame) -> None:
        self.peer.write(frame)
        self._unseen_bytes += frame.size
        if self._unseen_bytes > LOOK_EVERY_BYTES:
            self._unseen_bytes = 0
            if self.paused_at is None and self.peer.backlog() > settings.REALTIME["backlog_bytes"]:
                self.paused_at = time.monotonic()
                metrics.PAUSES.inc()

    def control(self, event: str, data: object) -> None:
        """Tell this client something about its socket."""
        if not self.closed:
            self.peer.write(Frame.control(event, data))

    def _send_next(self, cursor: Cursor, frame: Frame, *, again: bool = False) -> None:
        assert frame.seq is not None
        cursor.seq = frame.seq
        if frame.event_id in self._seen_set and not again:
            if self.peer.wants_control:
                self.control("room:cursor", {"room": cursor.room, "seq": cursor.seq})
        else:
            self._remember(frame.event_id)
            self.write(frame)
        if frame.event == ACCESS_CHANGED and cursor.room == f"user:{self.user_id}":
            self.epoch += 1
            self.hub.spawn(self._recheck())

    def _remember(self, event_id: str) -> None:
        if self._seen is None or isinstance(self._seen_set, frozenset):
            self._seen, self._seen_set = deque(maxlen=REMEMBERED), set()
        if len(self._seen) == REMEMBERED:
            self._seen_set.discard(self._seen[0])
        self._seen.append(event_id)
        self._seen_set.add(event_id)

    # --- Reading on from the log

    def _go_on(self, cursor: Cursor) -> None:
        if cursor.open and not cursor.replaying and self.paused_at is None and not self.closed:
            cursor.replaying = True
            self.hub.spawn(self._catch_up(cursor))

    async def _catch_up(self, cursor: Cursor, *, again: bool = False) -> None:
        """Send what the log holds after the cursor until nothing is known beyond it. Ends early when paused."""
        cursor.replaying = True
        try:
            while cursor.open and not self.closed and self.paused_at is None and self._target(cursor) > cursor.seq:
                found = await in_thread(log.after, {cursor.room: cursor.seq}, settings.REALTIME["replay_page"])
                news = found.get(cursor.room)
                if news is None:
                    break
                if not self._send_rows(cursor, news.events, again=again) and cursor.open:
                    self.reset(cursor.room, news.latest_seq)
        except Exception:
            asyncio.get_running_loop().call_later(1.0, self._go_on, cursor)
            raise
        finally:
            cursor.replaying = False

    def _target(self, cursor: Cursor) -> int:
        room = self.hub.rooms.get(cursor.room)
        return max(cursor.latest_seq, room.seq if room else 0)

    def _send_rows(self, cursor: Cursor, rows: list[log.Stored], *, again: bool = False) -> int:
        """Send those rows that follow on the cursor; how many."""
        sent = 0
        for row in rows:
            if not cursor.open or self.closed or self.paused_at is not None:
                return sent or 1
            if row.seq == cursor.seq + 1:
                self._send_next(cursor, Frame.stored(row), again=again)
                sent += 1
        metrics.REPLAYED.inc(sent)
        return sent

    def reset(self, room: str, latest_seq: int) -> None:
        """Tell the client that what it has of a room is not enough: it fetches anew, then goes on from that number."""
        cursor = self.cursors.get(room)
        if cursor is not None:
            cursor.seq = cursor.latest_seq = latest_seq
            cursor.resets += 1
            metrics.RESETS.inc()
            self.control("room:reset", {"room": room, "seq": latest_seq})

    def look_at_backlog(self) -> None:
        """Go on with a paused reader who has read, or give up one who has not."""
        assert self.paused_at is not None
        if self.peer.backlog() <= settings.REALTIME["backlog_bytes"] // 4:
            self.paused_at = None
            for cursor in list(self.cursors.values()):
                if self._target(cursor) > cursor.seq:
                    self._go_on(cursor)

    # --- Rooms

    async def join(self, prefix: str, ref: str, since: int | None) -> tuple[str, int, bool]:
        """Enter a room after asking the database: its name, the number reached, whether the client must fetch anew.

        Raises Refused: not_found for what is absent or not this person's, too_many_rooms.
        """
        epoch = -1
        while epoch != self.epoch and not self.closed:  # rights that changed meanwhile are asked again
            epoch = self.epoch
            name, latest_seq, rows = await in_thread(_entry, self.user, prefix, ref, since)
        if self.closed:
            raise Refused("unauthorized")
        self.aliases[prefix, ref] = name
        cursor = self.cursors.get(name)
        again = cursor is not None
        if cursor is None:
            cursor = self.enter(name, latest_seq if since is None else min(since, latest_seq), latest_seq)
        else:
            while cursor.replaying and not self.closed:
                await asyncio.sleep(0.01)
            cursor.seq = cursor.seq if since is None else min(since, cursor.seq)
        return await self._replay(cursor, since, latest_seq, rows, again=again)

    def enter(self, name: str, seq: int, latest_seq: int) -> Cursor:
        """Become a member of a room that was found allowed."""
        if len(self.cursors) >= settings.REALTIME["rooms_per_socket"]:
            raise Refused("too_many_rooms")
        cursor = self.cursors[name] = Cursor(name, seq=seq, latest_seq=latest_seq)
        self.hub.enter(self, name, latest_seq)
        return cursor

    def follow(self, name: str, seq: int) -> None:
        """Enter a room of this person's own, whose number was read a moment ago."""
        cursor = self.enter(name, seq, seq)
        if self._target(cursor) > seq:
            self._go_on(cursor)

    async def _replay(
        self, cursor: Cursor, since: int | None, latest_seq: int, rows: list[log.Stored], *, again: bool
    ) -> tuple[str, int, bool]:
        if since is not None and (
            since > latest_seq
            or latest_seq - since > settings.REALTIME["replay_max"]
            or (latest_seq > since and not rows)
        ):
            self.reset(cursor.room, latest_seq)
            return cursor.room, cursor.seq, True
        resets = cursor.resets
        cursor.replaying = True
        self._send_rows(cursor, rows, again=again)
        await self._catch_up(cursor, again=again)
        return cursor.room, cursor.seq, cursor.resets != resets

    def leave(self, name: str) -> None:
        """End a membership: no frame of the room follows."""
        cursor = self.cursors.pop(name, None)
        if cursor is not None:
            cursor.open = False
            stop(self, name)
            self.hub.leave(self, name)

    def set_viewing(self, is_viewing: bool) -> None:
        """Know whether the person has this page before their eyes; a client that says nothing has."""
        if self.is_viewing != is_viewing:
            self.is_viewing = is_viewing
            for name in self.cursors:
                self.hub.view_changed(self, name)

    # --- Rights

    def know(self, user: Viewer) -> None:
        """Say who is at the other end, as the database has him now."""
        self.user = user
        self.peer.language = user.language

    def watch_expiry(self) -> None:
        """Warn a minute before the credential ends, and end with it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.identity.expires_at is None:
            return
        notice_in = self.identity.expires_at - time.time() - EXPIRY_NOTICE_SECONDS
        self._timer = asyncio.get_running_loop().call_later(max(0.0, notice_in), self._expires_soon)

    def _expires_soon(self) -> None:
        assert self.identity.expires_at is not None
        self.control("auth:expiring", {"expiresAt": int(self.identity.expires_at * 1000)})
        left = self.identity.expires_at - time.time()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, left), self.end, CLOSE_UNAUTHENTICATED)

    def renew(self, identity: Identity) -> None:
        """Go on with a fresh credential of the same person."""
        self.identity = identity
        self.know(identity.user)
        self.watch_expiry()

    async def _recheck(self) -> None:
        await recheck([self])

    # --- The end

    def end(self, code: int) -> None:
        """Close the socket from our side."""
        if not self.closed:
            metrics.CLOSED.labels(str(code)).inc()
            self.forget()
            self.peer.close(code)

    def forget(self) -> None:
        """The socket is gone: leave everything."""
        if self.closed:
            return
        stop_all(self)
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        for name in list(self.cursors):
            self.leave(name)
        self.hub.forget(self)
        metrics.SOCKETS.labels(self.peer.kind).dec()


def _entry(user: Viewer, prefix: str, ref: str, since: int | None) -> tuple[str, int, list[log.Stored]]:
    name = rooms.find(user, prefix, ref)
    if name is None:
        raise Refused("not_found")
    if since is None:
        return name, log.latest_seqs([name])[name], []
    news = log.after({name: since}, settings.REALTIME["replay_page"]).get(name, log.News(since))
    return name, news.latest_seq, news.events
