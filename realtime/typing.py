"""Typing: told to those in the room, ended by the message or by itself, and never told to a customer for a note."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime

import orjson
from django.conf import settings

from realtime.frames import dumps
from realtime.member import Member, Typing
from realtime.notifier import Signal
from realtime.rooms import split, typed

START, STOP = "typing:start", "typing:stop"
STOP_AFTER_SECONDS, EXPIRES_IN = 6.0, 8


class Typists:
    """The sockets, of every process, whose owners type in one room; those of a dead process expire."""

    def __init__(self) -> None:
        self._expires_at: dict[int, dict[str, float]] = {}

    def __bool__(self) -> bool:
        return bool(self._expires_at)

    def is_news(self, signal: Signal) -> bool:
        """Take note of a typing signal; False for a stop while another socket of the same person goes on."""
        user_id, now = signal["skip"], time.monotonic()
        sockets = self._expires_at.pop(user_id, {})
        sockets.pop(signal["typist"], None)
        if signal["event"] == START:
            sockets[signal["typist"]] = now + EXPIRES_IN
        sockets = {socket: at for socket, at in sockets.items() if at > now}
        if sockets:
            self._expires_at[user_id] = sockets
        return signal["event"] == START or not sockets


def set_typing(session: Member, key: str, room: str, *, typing: bool, internal: bool = False) -> None:
    """Relay that this person began or ended typing in a room he has joined; `internal` for a note."""
    begun = session.typing.get(room)
    if begun is not None and (not typing or begun.internal != internal):
        stop(session, room)
        begun = None
    if not typing:
        return
    now = time.monotonic()
    if now - session.typing_at.get(room, -1e9) >= settings.REALTIME["typing_seconds"]:
        session.typing_at[room] = now
        _tell(session, START, key, room, internal)
    elif begun is None:
        return
    if begun is not None:
        begun.timer.cancel()
    timer = asyncio.get_running_loop().call_later(STOP_AFTER_SECONDS, stop, session, room)
    session.typing[room] = Typing(key, internal, timer)


def stop(session: Member, room: str) -> None:
    """End what was begun in a room, if anything was."""
    begun = session.typing.pop(room, None)
    if begun is not None:
        begun.timer.cancel()
        _tell(session, STOP, begun.key, room, begun.internal)


def end_by_message(room: str, members: Iterable[Member], data: str) -> None:
    """End the typing of a message's author: they have written what they were typing."""
    typing = [session for session in members if room in session.typing]
    if typing:
        author_id = orjson.loads(data)["author"]["id"]
        for session in typing:
            if str(session.user_id) == author_id:
                stop(session, room)


def stop_all(session: Member) -> None:
    """End everything, for a socket that goes."""
    for room in list(session.typing):
        stop(session, room)


def _tell(session: Member, event: str, key: str, room: str, internal: bool) -> None:
    prefix, ref = split(room)
    data = dumps({key: ref, "userId": str(session.user.pk), "name": session.user.actor_name, "expiresIn": EXPIRES_IN})
    at = datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    for target in [prefix] if internal else typed()[key]:
        session.hub.send_signal(f"{target}:{ref}", event, data, at=at, skip=session.user_id, typist=session.id)
