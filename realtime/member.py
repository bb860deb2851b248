"""A session as the hub, the rooms, typing and rights see it: what each of them may ask of a signed-in socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from core.protocols import Identity, Viewer
from realtime.frames import Frame
from realtime.places import Holder


class Peer(Protocol):
    """The transport under a session."""

    kind: str
    wants_control: bool
    """Tells if this client knows heartbeats and cursors; an unmodified Socket.IO client does not."""
    address: str
    user_agent: str
    language: str
    """The language of refusals: that of the person at the other end, once they are known."""

    def write(self, frame: Frame) -> None: ...
    def backlog(self) -> int:
        """Return the bytes that wait for the reader on our side."""
        ...

    def close(self, code: int) -> None: ...


@dataclass(eq=False, slots=True)
class Cursor:
    """The place one socket has reached in one room; `latest_seq` is the highest number it knows of."""

    room: str
    seq: int
    latest_seq: int
    replaying: bool = False
    open: bool = True
    resets: int = 0


@dataclass(frozen=True, slots=True)
class Typing:
    """Typing that was begun and has not ended; `internal` for a note."""

    key: str
    internal: bool
    timer: asyncio.TimerHandle


class SignalSender(Protocol):
    """The hub, as far as signals go."""

    def send_signal(self, room: str, event: str, data: str, *, at: str, skip: int, typist: str) -> None: ...


class Member(Protocol):
    """A signed-in socket in its rooms; `realtime.session.Session` is the only one."""

    id: str
    user_id: int
    user: Viewer
    identity: Identity
    peer: Peer
    cursors: dict[str, Cursor]
    typing: dict[str, Typing]
    typing_at: dict[str, float]
    epoch: int
    """Grows with each change of rights, so that what was read before one is read again."""
    closed: bool
    is_viewing: bool
    paused_at: float | None

    @property
    def hub(self) -> SignalSender: ...
    @property
    def holder(self) -> Holder: ...
    def offer(self, frame: Frame) -> None: ...
    def send_ephemeral(self, frame: Frame, once: str = "") -> None: ...
    def control(self, event: str, data: object) -> None: ...
    def look_at_backlog(self) -> None: ...
    def reset(self, room: str, latest_seq: int) -> None: ...
    def follow(self, name: str, seq: int) -> None: ...
    def leave(self, name: str) -> None: ...
    def know(self, user: Viewer) -> None: ...
    def end(self, code: int) -> None: ...
