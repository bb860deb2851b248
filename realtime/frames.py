"""Define what goes over the wire: each event is put into its form once a process, however many sockets get it."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import orjson

from realtime.log import Stored

NAMESPACE = "/support"
ENVELOPE_BYTES = 150
"""About what an envelope adds to its data."""


def dumps(value: Any) -> str:
    """Compact JSON."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class Frame:
    """One event to any number of sockets, in the three forms that clients ask for.

    `seq` is None for what is not stored; `data` is JSON text. `envelope` is the whole frame, which plain sockets get
    and Socket.IO clients may ask for; other Socket.IO clients get the data alone.
    """

    def __init__(
        self, event: str, data: str, *, room: str = "", seq: int | None = None, event_id: str = "", at: str = ""
    ) -> None:
        self.event, self.data, self.room = event, data, room
        self.seq, self.event_id, self.at = seq, event_id, at
        self.size = len(data) + ENVELOPE_BYTES

    @classmethod
    def stored(cls, row: Stored) -> Frame:
        return cls(row.event, row.data or "null", room=row.room, seq=row.seq, event_id=row.event_id, at=row.at)

    @classmethod
    def control(cls, event: str, data: Any) -> Frame:
        """A frame for one socket alone."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
        return cls(event, dumps(data), at=at)

    @cached_property
    def envelope(self) -> str:
        head = {"v": 1, "event": self.event, "id": self.event_id, "room": self.room, "seq": self.seq, "at": self.at}
        known = dumps({name: value for name, value in head.items() if value not in ("", None)})
        return f'{known[:-1]},"data":{self.data}}}'

    @cached_property
    def plain_wire(self) -> bytes:
        """The finished WebSocket text frame of a plain socket."""
        return websocket_text(self.envelope.encode())

    @cached_property
    def packet(self) -> str:
        """The Socket.IO packet with the data alone."""
        return f"2{NAMESPACE},[{dumps(self.event)},{self.data}]"

    @cached_property
    def packet_with_envelope(self) -> str:
        return f"2{NAMESPACE},[{dumps(self.event)},{self.envelope}]"

    @cached_property
    def packet_wire(self) -> bytes:
        return websocket_text(b"4" + self.packet.encode())

    @cached_property
    def packet_with_envelope_wire(self) -> bytes:
        return websocket_text(b"4" + self.packet_with_envelope.encode())


def websocket_text(payload: bytes) -> bytes:
    """A complete unmasked text frame (RFC 6455, 5.2), the same bytes for every receiver."""
    size = len(payload)
    if size < 126:
        return b"\x81" + bytes((size,)) + payload
    if size < 65_536:
        return b"\x81\x7e" + struct.pack(">H", size) + payload
    return b"\x81\x7f" + struct.pack(">Q", size) + payload
