"""Refusing an Engine.IO connection in the words of its protocol, before anything is kept of it."""

from __future__ import annotations

import json
from typing import Any

import orjson

from realtime.errors import CLOSE_LIMIT, CLOSE_PROTOCOL, CLOSE_RESTART, Refused
from realtime.writers import writer_of

OLD_CLIENT = "This server speaks Socket.IO 4 (EIO=4): use socket.io-client 3 or 4, or socket_io_client 2 or 3 for Dart."
_REASONS = {"too_many": (429, "rate_limited", CLOSE_LIMIT), "leaving": (503, "unavailable", CLOSE_RESTART)}
_OPEN = json.dumps({"sid": "refused", "upgrades": [], "pingInterval": 25_000, "pingTimeout": 20_000})
_OLD_PACKETS = (f"0{_OPEN}", f"44{json.dumps(OLD_CLIENT)}", "1")
"""What a client of Socket.IO 2 understands: it is connected, its root namespace says an error, and the end."""


async def refuse_handshake(scope: Any, receive: Any, send: Any, reason: str) -> None:
    """Answer a new connection with `old_client`, `too_many` or `leaving`, and end it."""
    await receive()
    if reason == "old_client":
        await (_old_websocket(send) if scope["type"] == "websocket" else _old_polling(send))
        return
    status, code, close = _REASONS[reason]
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        writer_of(send).close(close)
        return
    error = Refused(code).said("en")
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"5")]
    await _answer(send, status, headers, orjson.dumps({"success": False, "error": error, "message": error["message"]}))


async def _old_polling(send: Any) -> None:
    """The packets of one poll, each behind its length."""
    payload = "".join(f"{len(packet)}:{packet}" for packet in _OLD_PACKETS)
    await _answer(send, 200, [(b"content-type", b"text/plain; charset=UTF-8")], payload.encode())


async def _old_websocket(send: Any) -> None:
    await send({"type": "websocket.accept"})
    for packet in _OLD_PACKETS[:2]:
        await send({"type": "websocket.send", "text": packet})
    await send({"type": "websocket.close", "code": CLOSE_PROTOCOL})


async def _answer(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
