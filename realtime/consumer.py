"""Plain WebSocket: `/support` with a bearer token, `/support/admin` with the back office's session."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

from core.strict_json import loads
from realtime import handshake
from realtime.actions import perform
from realtime.admission import admit_by_cookie, admit_by_token, ready, refuse_while_leaving
from realtime.errors import (
    CLOSE_FORBIDDEN,
    CLOSE_LIMIT,
    CLOSE_RESTART,
    CLOSE_UNAUTHENTICATED,
    Closed,
    Refused,
)
from realtime.frames import Frame, dumps
from realtime.pending import Pending, may_wait
from realtime.session import Session
from realtime.writers import Writer, text, writer_of


class PlainPeer:
    """A plain socket under a session."""

    kind = "websocket"
    wants_control = True
    language = "en"

    def __init__(self, writer: Writer, address: str, user_agent: str) -> None:
        self.writer, self.address, self.user_agent = writer, address, user_agent

    def write(self, frame: Frame) -> None:
        self.writer.write(frame.plain_wire)

    def backlog(self) -> int:
        return self.writer.backlog()

    def close(self, code: int) -> None:
        self.writer.close(code)


class SupportConsumer(AsyncConsumer):  # type: ignore[misc]
    """The socket of customers and apps."""

    # The hub holds the process's one channel: Channels shall open none for each socket.
    channel_layer_alias = "none"
    session: Session | None = None
    peer: PlainPeer
    _deadline: asyncio.TimerHandle | None = None
    _pending: Pending | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Channels' own would wait for its layer beside each frame, and look after the database on another thread."""
        self.scope, self.base_send = scope, send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        except asyncio.CancelledError:  # the server is going down
            if hasattr(self, "peer"):
                self.peer.close(CLOSE_RESTART)
            raise
        finally:
            self._forget()

    async def dispatch(self, message: MutableMapping[str, Any]) -> None:
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def websocket_connect(self, message: MutableMapping[str, Any]) -> None:
        self.found = handshake.headers(self.scope)
        offered = self.scope.get("subprotocols", [])
        chosen = handshake.SUBPROTOCOL if handshake.SUBPROTOCOL in offered else None
        await self.base_send({"type": "websocket.accept", "subprotocol": chosen})
        self.peer = PlainPeer(
            writer_of(self.base_send), handshake.address(self.scope, self.found), handshake.user_agent(self.found)
        )
        try:
            if not may_wait(self.peer.address):
                raise Closed(CLOSE_LIMIT, "rate_limited")
            self._pending = Pending(self.peer.address)
            refuse_while_leaving()
            await self.enter(offered)
        except Closed as closed:
            self.close(closed)

    async def enter(self, offered: list[str]) -> None:
        """Let the socket in by what its handshake carries; without a token it has a few seconds to send one."""
        if not handshake.origin_allowed(self.found, required=False):
            raise Closed(CLOSE_FORBIDDEN, "forbidden")
        token = handshake.bearer_token(self.found, offered)
        if token is not None:
            self.begin(await admit_by_token(self.peer, token))
            return
        loop = asyncio.get_running_loop()
        seconds = settings.REALTIME["auth_seconds"]
        self._deadline = loop.call_later(seconds, self.close, Closed(CLOSE_UNAUTHENTICATED, "unauthorized"))

    def begin(self, session: Session) -> None:
        """Tell the client that it is let in."""
        self.session = session
        if self._pending is not None:
            self._pending.end()
        session.control("ready", ready(session))

    async def websocket_receive(self, message: MutableMapping[str, Any]) -> None:
        content = message.get("text")
        if content is None:
            content = message.get("bytes") or b""
        ref: Any = None
        try:
            frame = _parse(content)
            ref = frame.get("ref")
            if self.session is None:
                await self._first_frame(frame, ref)
            elif not self.session.closed:
                self.answer(ref, await perform(self.session, frame.get("action"), _arguments(frame)))
        except Refused as refusal:
            self.refuse(ref, refusal)
        except Closed as closed:
            self.answer(ref, Refused(closed.error).answer(self.peer.language))
            self.close(closed, told=True)

    async def _first_frame(self, frame: dict[str, Any], ref: Any) -> None:
        data = frame.get("data")
        if self._deadline is None:
            return
        if frame.get("action") != "auth" or not isinstance(data, dict) or not isinstance(data.get("token"), str):
            raise Closed(CLOSE_UNAUTHENTICATED, "unauthorized")
        self._deadline.cancel()
        self._deadline = None
        session = await admit_by_token(self.peer, data["token"])
        self.begin(session)
        answer: dict[str, Any] = {"ok": True, "data": {"expiresAt": ready(session)["expiresAt"]}}
        if isinstance(data.get("since"), dict):
            resumed = await perform(session, "resume", [{"rooms": data["since"]}])
            answer["data"].update(resumed.get("data", {}))
        self.answer(ref, answer)

    def refuse(self, ref: Any, refusal: Refused) -> None:
        """A frame that is no action; it counts as one."""
        self.answer(ref, refusal.answer(self.peer.language))
        if self.session is None:
            self.close(Closed(CLOSE_UNAUTHENTICATED), told=True)
        elif self.session.bucket.take() and self.session.bucket.strike():
            self.close(Closed(CLOSE_LIMIT), told=True)

    def answer(self, ref: Any, body: dict[str, Any]) -> None:
        """The one answer to a frame: an ack with its `ref`; without one, errors alone are told."""
        if ref is not None and isinstance(ref, str | int | float):
            self.peer.writer.write(text(dumps({"v": 1, "event": "ack", "ref": ref, **body})))
        elif not body["ok"]:
            self.peer.write(Frame.control("error", body["error"]))

    def close(self, closed: Closed, *, told: bool = False) -> None:
        if closed.error and not told:
            self.answer(None, Refused(closed.error).answer(self.peer.language))
        if self.session is not None:
            self.session.end(closed.code)
        else:
            self.peer.close(closed.code)

    async def websocket_disconnect(self, message: MutableMapping[str, Any]) -> None:
        raise StopConsumer

    def _forget(self) -> None:
        if self._pending is not None:
            self._pending.end()
        if self._deadline is not None:
            self._deadline.cancel()
        if self.session is not None:
            self.session.forget()


class AdminConsumer(SupportConsumer):
    """The socket of the back office's pages."""

    async def enter(self, offered: list[str]) -> None:
        if not handshake.origin_allowed(self.found, required=True):
            raise Closed(CLOSE_FORBIDDEN, "forbidden")
        self.begin(await admit_by_cookie(self.peer, handshake.cookies(self.found)))


def _parse(content: str | bytes) -> dict[str, Any]:
    if len(content) > settings.REALTIME["frame_bytes"]:
        raise Refused("too_large")
    try:
        frame = loads(content)
    except ValueError:
        raise Refused("bad_frame") from None
    if not isinstance(frame, dict):
        raise Refused("bad_frame")
    return frame


def _arguments(frame: dict[str, Any]) -> list[Any]:
    data = frame.get("data")
    if data is None:
        return []
    return data if isinstance(data, list) else [data]
