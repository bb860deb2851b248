"""Socket.IO 4 at namespace `/support`, for clients of the earlier system as they are: the same sessions, no manager.

python-socketio speaks the protocol (polling, upgrade, acks); rooms, order and delivery are the hub's. Nothing is ever
disconnected for a passing fault, since clients do not come back by themselves after that.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import orjson
import socketio
import structlog
from django.conf import settings
from engineio.packet import MESSAGE, Packet
from engineio.payload import Payload

from core.strict_json import loads
from realtime import handshake
from realtime.actions import perform
from realtime.admission import admit_by_token, ready
from realtime.current_hub import hub
from realtime.engine import DirectSocket
from realtime.engine_refusals import refuse_handshake
from realtime.errors import CLOSE_FORBIDDEN, CLOSE_LIMIT, CLOSE_PROTOCOL, CLOSE_UNAUTHENTICATED, Closed, Refused
from realtime.frames import NAMESPACE, Frame
from realtime.pending import Pending, may_wait
from realtime.session import Session
from realtime.writers import DaphneWriter, Writer, writer_of

logger = structlog.get_logger(__name__)
FINAL = {CLOSE_UNAUTHENTICATED, CLOSE_FORBIDDEN, CLOSE_LIMIT}
_CODES = {CLOSE_UNAUTHENTICATED: "unauthorized", CLOSE_FORBIDDEN: "forbidden", CLOSE_LIMIT: "rate_limited"}
_PACKET_TYPES = frozenset("0123456")
RESERVED = {"connect", "disconnect", "connect_error", "disconnecting", "newListener", "removeListener"}
_EVENT_HEAD = re.compile(r"2(?:/[^,\[]*,)?\d*")
_EVENT = re.compile(rf'{_EVENT_HEAD.pattern}\["(?!(?:{"|".join(sorted(RESERVED))})")[\w:.-]*"')
_ACK_WANTED = re.compile(r"2(?:/[^,\[]*,)?\d")
Handler = Callable[..., Awaitable[None]]
_ack_wanted: ContextVar[bool] = ContextVar("ack_wanted", default=False)


class _Json:
    """The json module as python-socketio uses it."""

    JSONDecodeError = orjson.JSONDecodeError

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        return orjson.dumps(value, default=str).decode()

    @staticmethod
    def loads(content: str | bytes, **_options: Any) -> Any:
        return loads(content)


class _Log:
    """The logger of python-engineio: what strangers send us wrong is one line, never a traceback."""

    def exception(self, message: str, *details: Any) -> None:
        logger.warning(
            "engineio", message=message % details if details else message, error=repr(sys.exc_info()[1])[:200]
        )

    def info(self, message: str, *details: Any) -> None:
        """Every packet and every connection: left out."""

    debug = warning = error = info


class _Queued(Packet):  # type: ignore[misc]
    """A packet of ours in Engine.IO's queue; tells when it is on its way."""

    def __init__(self, peer: SocketIoPeer, data: str) -> None:
        super().__init__(MESSAGE, data=data)
        self.peer = peer

    def encode(self, b64: bool = False) -> str:
        if self.encode_cache is None:
            self.peer.queued -= 1
            self.peer.queued_bytes -= len(self.data)
        return str(super().encode(b64))


class SocketIoPeer:
    """One client of the namespace under a session.

    Frames go straight into an upgraded client's WebSocket when nothing of ours waits in Engine.IO's queue, else
    through the queue, so that their order holds.
    """

    kind = "socketio"
    language = "en"

    def __init__(self, server: Server, eio_sid: str, sid: str, *, came: tuple[str, str], envelope: bool) -> None:
        self.server, self.eio_sid, self.sid = server, eio_sid, sid
        self.address, self.user_agent = came
        self.wants_control = self.envelope = envelope
        self.queued = self.queued_bytes = 0
        self.begun = False
        self._direct: Writer | None = None

    def write(self, frame: Frame) -> None:
        if self._direct is not None:
            self._direct.write(frame.packet_with_envelope_wire if self.envelope else frame.packet_wire)
            return
        writer = self.server.writers.get(self.eio_sid)
        socket = self.server.eio.sockets.get(self.eio_sid)
        if socket is None or socket.closed:
            return
        if writer is not None and self.begun and not self.queued and socket.upgraded:
            self._direct = writer  # from here on nothing of ours is queued
            self.write(frame)
            return
        packet = _Queued(self, frame.packet_with_envelope if self.envelope else frame.packet)
        self.begun = True
        self.queued += 1
        self.queued_bytes += len(packet.data)
        socket.queue.put_nowait(packet)

    def backlog(self) -> int:
        writer = self.server.writers.get(self.eio_sid)
        return self.queued_bytes + (writer.backlog() if writer is not None else 0)

    def close(self, code: int) -> None:
        if code in _CODES:
            self.write(Frame.control("error", {**Refused(_CODES[code]).said(self.language), "closeCode": code}))
        task = asyncio.ensure_future(self._close(code))
        self.server.closing.add(task)
        task.add_done_callback(self.server.closing.discard)

    async def _close(self, code: int) -> None:
        if code in FINAL:
            await self.server.disconnect(self.sid, namespace=NAMESPACE)
            return
        writer = self.server.writers.get(self.eio_sid)
        if writer is not None:
            writer.close(code)
        elif self.eio_sid in self.server.eio.sockets:
            await self.server.eio.sockets[self.eio_sid].close(wait=False)


class Server(socketio.AsyncServer):  # type: ignore[misc]
    """python-socketio's server, which tells our namespace whether an ack is wanted and survives any packet."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.writers: dict[str, DaphneWriter] = {}
        self.closing: set[asyncio.Task[None]] = set()
        self.pending: dict[str, Pending] = {}
        for event, handler in (
            ("connect", self._connected), ("message", self._received), ("disconnect", self._disconnected),
        ):  # fmt: skip
            self.eio.on(event, partial(handler, self.eio.handlers[event]))
        # The library's own waits, with the request open, until what is queued is fetched: a stranger's may never be.
        self.eio.disconnect = self._end

    async def _end(self, eio_sid: str) -> None:
        """End a connection that broke the protocol, and wait for nothing."""
        socket = self.eio.sockets.pop(eio_sid, None)
        if socket is not None:
            await socket.close(wait=False)

    async def _connected(self, handle: Handler, eio_sid: str, environ: Any) -> None:
        scope = environ["asgi.scope"]
        self.pending[eio_sid] = Pending(handshake.address(scope, handshake.headers(scope)))
        await handle(eio_sid, environ)
        if scope["type"] == "websocket":
            self.keep_writer(eio_sid, environ["asgi.send"])
            if eio_sid in self.writers:
                DirectSocket.adopt(self.eio.sockets[eio_sid], self.writers[eio_sid])
        self._expect(eio_sid)

    async def _received(self, handle: Handler, eio_sid: str, data: Any) -> None:
        try:
            if not isinstance(data, bytes):
                _ack_wanted.set(bool(_ACK_WANTED.match(data)))
                await handle(eio_sid, _with_name(data))
                return
        except Exception as error:
            logger.debug("socketio_bad_packet", error=repr(error)[:200])
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None and not socket.closed:
            await socket.close(wait=False)

    async def _disconnected(self, handle: Handler, eio_sid: str, reason: str) -> None:
        await handle(eio_sid, reason)
        self.writers.pop(eio_sid, None)
        self.signed_in(eio_sid)

    def keep_writer(self, eio_sid: str, send: Any) -> None:
        """Remember the WebSocket of a connection, where its server lets us write by ourselves."""
        writer = writer_of(send)
        if isinstance(writer, DaphneWriter):
            self.writers[eio_sid] = writer

    def signed_in(self, eio_sid: str) -> None:
        """Stop counting a connection as one that waits for its credential."""
        pending = self.pending.pop(eio_sid, None)
        if pending is not None:
            pending.end()

    def signed_out(self, eio_sid: str, address: str) -> None:
        """Expect a connection whose session has ended to sign in again, or to end."""
        if eio_sid in self.eio.sockets and eio_sid not in self.pending:
            self.pending[eio_sid] = Pending(address)
            self._expect(eio_sid)

    def _expect(self, eio_sid: str) -> None:
        wait = settings.REALTIME["auth_seconds"] * 2 + settings.REALTIME["place_wait_seconds"]
        asyncio.get_running_loop().call_later(wait, self._close_if_pending, eio_sid, self.pending[eio_sid])

    def _close_if_pending(self, eio_sid: str, pending: Pending) -> None:
        socket = self.eio.sockets.get(eio_sid)
        if socket is None or socket.closed or self.pending.get(eio_sid) is not pending:
            return
        task = asyncio.ensure_future(socket.close(wait=False))
        self.closing.add(task)
        task.add_done_callback(self.closing.discard)
        writer = self.writers.get(eio_sid)
        if writer is not None:
            writer.close(CLOSE_UNAUTHENTICATED)


def _with_name(packet: str) -> str:
    """Return an event with a plain name as it came; any other without a name, which is no action of ours."""
    if packet[:1] != "2" or _EVENT.match(packet):
        return packet
    head = _EVENT_HEAD.match(packet)
    return f'{head[0]}[""]' if head else packet


class SupportNamespace(socketio.AsyncNamespace):  # type: ignore[misc]
    """`/support`: connect with a token, then the actions of the plain socket as events, answers as acks."""

    server: Server

    def __init__(self) -> None:
        super().__init__(NAMESPACE)
        self.sessions: dict[str, Session] = {}

    async def trigger_event(self, event: str, *args: Any) -> Any:
        if event == "connect":
            return await self._connect(*args)
        if event == "disconnect":
            return self._disconnect(args[0])
        return await self._action(event, args[0], list(args[1:]))

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        auth = auth if isinstance(auth, dict) else {}
        scope = environ["asgi.scope"]
        found = handshake.headers(scope)
        eio_sid = self.server.manager.eio_sid_from_sid(sid, NAMESPACE)
        came = handshake.address(scope, found), handshake.user_agent(found)
        peer = SocketIoPeer(self.server, eio_sid, sid, came=came, envelope=bool(auth.get("envelope")))
        token = auth.get("token") or handshake.bearer_token(found, [])
        try:
            if not isinstance(token, str):
                raise Closed(CLOSE_UNAUTHENTICATED, "unauthorized")
            session = await admit_by_token(peer, token.removeprefix("Bearer "))
        except Closed as closed:
            error = Refused(closed.error).said(peer.language)
            raise socketio.exceptions.ConnectionRefusedError(
                error["code"], {**error, "closeCode": closed.code}
            ) from None
        self.sessions[sid] = session
        self.server.signed_in(eio_sid)
        # Nothing is sent to a room of its own, and each disconnect would look through those of all others.
        self.server.manager.basic_leave_room(sid, NAMESPACE, sid)
        asyncio.get_running_loop().call_soon(self._begin, session, auth.get("since"))

    def _disconnect(self, sid: str) -> None:
        session = self.sessions.pop(sid, None)
        if session is not None:
            session.forget()
            assert isinstance(session.peer, SocketIoPeer)
            self.server.signed_out(session.peer.eio_sid, session.peer.address)

    def _begin(self, session: Session, since: Any) -> None:
        """The client knows that it is connected: say what it is told first, and go on where it was."""
        session.control("ready", ready(session))
        if isinstance(since, dict):
            session.hub.spawn(self._resume(session, since))

    async def _resume(self, session: Session, since: dict[str, Any]) -> None:
        answer = await perform(session, "resume", [{"rooms": since}])
        session.control("resumed", answer.get("data", {}))

    async def _action(self, event: str, sid: str, arguments: list[Any]) -> dict[str, Any] | None:
        session = self.sessions.get(sid)
        if session is None or session.closed:
            return Refused("unauthorized").answer(SocketIoPeer.language)
        wanted = _ack_wanted.get()
        try:
            answer = await perform(session, event, arguments)
        except Closed as closed:
            session.end(closed.code)
            return Refused(closed.error).answer(session.peer.language)
        if not wanted and not answer["ok"]:
            session.control("error", answer["error"])
        return answer


class UnknownNamespace(socketio.AsyncNamespace):  # type: ignore[misc]
    """Every other namespace: says to its clients where events are."""

    def __init__(self) -> None:
        super().__init__("*")

    async def on_connect(self, namespace: str, *_client: Any) -> None:
        raise socketio.exceptions.ConnectionRefusedError(
            f"There is nothing at namespace {namespace[:40]}: connect to {NAMESPACE}.", {"code": "unknown_namespace"}
        )


def application() -> Any:
    """The ASGI application for everything under /socket.io/."""
    # A polling client sends what has gathered in one request, which may be all that a socket may ask for at once.
    Payload.max_decode_packets = 2 * settings.REALTIME["actions_burst"]
    server = Server(
        async_mode="asgi",
        namespaces="*",
        # An empty list would switch the check off.
        cors_allowed_origins=_origin_allowed,
        cors_credentials=False,
        max_http_buffer_size=settings.REALTIME["frame_bytes"],
        ping_interval=25,
        ping_timeout=20,
        async_handlers=False,
        json=_Json,
        logger=False,
        engineio_logger=_Log(),
    )
    server.register_namespace(SupportNamespace())
    server.register_namespace(UnknownNamespace())
    app = socketio.ASGIApp(server)

    async def run(scope: Any, receive: Any, send: Any) -> None:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        sid = query.get("sid", [""])[0]
        if not sid and (refusal := _handshake_refusal(scope, query)):
            await refuse_handshake(scope, receive, send, refusal)
            return
        if scope["type"] == "websocket":
            if sid in server.eio.sockets:
                server.keep_writer(sid, send)
            receive = _only_packets(receive, send)
        await app(scope, receive, send)

    return run


def _handshake_refusal(scope: Any, query: dict[str, list[str]]) -> str:
    """Return why a new connection is refused before anything is kept of it, or nothing."""
    if query.get("EIO") == ["3"]:
        return "old_client"
    if hub().leaving:
        return "leaving"
    address = handshake.address(scope, handshake.headers(scope))
    return "" if may_wait(address) else "too_many"


def _only_packets(receive: Any, send: Any) -> Any:
    """Return what is no Engine.IO packet ends the connection before python-engineio falls over it."""

    async def checked() -> Any:
        message = await receive()
        content = message.get("text")
        if message["type"] == "websocket.receive" and content is not None and content[:1] not in _PACKET_TYPES:
            await send({"type": "websocket.close", "code": CLOSE_PROTOCOL})
            return {"type": "websocket.disconnect", "code": CLOSE_PROTOCOL}
        return message

    return checked


def _origin_allowed(origin: str | None, environ: dict[str, Any]) -> bool:
    return handshake.origin_allowed(handshake.headers(environ["asgi.scope"]), required=False)
