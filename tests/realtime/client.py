"""A plain WebSocket client of the tests: keeps cursors as the documented client does, and everything it was sent."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import orjson
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts.models import User
from accounts.tokens import open_family
from realtime.handshake import SUBPROTOCOL
from tests.realtime.servers import Web, wait_until

Frame = dict[str, Any]


def token_of(user: User) -> str:
    return open_family(user).access


class Client:
    """One socket, read by a thread of its own. `frames` holds every frame in the order of arrival."""

    def __init__(
        self,
        web: Web,
        token: str = "",
        *,
        path: str = "",
        headers: dict[str, str] | None = None,
        subprotocols: list[str] | None = None,
        bearer: bool = True,
        reads: bool = True,
        **options: Any,
    ) -> None:
        sent = dict(headers or {})
        if token and bearer and not subprotocols:
            sent["Authorization"] = f"Bearer {token}"
        self.frames: list[Frame] = []
        self.times: list[float] = []
        self.code: int | None = None
        self._refs = itertools.count(1)
        self._reading = threading.Event()
        opening = connect(
            f"ws://127.0.0.1:{web.port}{path or '/support'}",
            additional_headers=sent,
            subprotocols=subprotocols,  # type: ignore[arg-type]
            max_size=2**24,
            proxy=None,
            **options,
        )
        self.socket: ClientConnection = opening.__enter__()
        if reads:
            self._thread = threading.Thread(target=self._read, daemon=True)
            self._thread.start()

    def _read(self) -> None:
        try:
            for content in self.socket:
                self.times.append(time.monotonic())
                self.frames.append(orjson.loads(content))
        except (ConnectionClosed, OSError):
            pass
        except Exception as error:
            self.frames.append({"event": "broken", "data": repr(error)})
        self.code = self.socket.close_code

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def cut(self) -> None:
        """End the connection without a word."""
        with contextlib.suppress(OSError):
            self.socket.socket.shutdown(socket.SHUT_RDWR)

    # --- Sending

    def send(self, action: Any, data: Any = None, **more: Any) -> None:
        self.socket.send(orjson.dumps({"action": action, "data": data, **more}).decode())

    def act(self, action: str, data: Any = None, seconds: float = 10) -> Frame:
        """The answer to an action."""
        ref = f"r{next(self._refs)}"
        self.send(action, data, ref=ref)
        return self.wait(lambda frame: frame["event"] == "ack" and frame["ref"] == ref, seconds)

    def done(self, action: str, data: Any = None) -> Any:
        """The data of an action that succeeds."""
        answer = self.act(action, data)
        assert answer["ok"], answer
        return answer["data"]

    def refused(self, action: str, data: Any = None) -> str:
        """The code of an action that is refused."""
        answer = self.act(action, data)
        assert not answer["ok"], answer
        return str(answer["error"]["code"])

    # --- What came

    def wait(self, wanted: Callable[[Frame], bool], seconds: float = 10) -> Frame:
        """The first frame like this, whenever it came."""
        wait_until(lambda: any(wanted(frame) for frame in list(self.frames)), seconds, every=0.005)
        return next(frame for frame in self.frames if wanted(frame))

    def event(self, name: str, seconds: float = 10) -> Frame:
        return self.wait(lambda frame: frame["event"] == name, seconds)

    def named(self, name: str) -> list[Frame]:
        return [frame for frame in list(self.frames) if frame["event"] == name]

    def of(self, room: str) -> list[Frame]:
        """The stored events of a room, cursor frames among them."""
        found = []
        for frame in list(self.frames):
            if frame.get("room") == room and frame.get("seq"):
                found.append(frame)
            elif frame["event"] == "room:cursor" and frame["data"]["room"] == room:
                found.append({**frame, "seq": frame["data"]["seq"]})
        return found

    def seqs(self, room: str) -> list[int]:
        return [frame["seq"] for frame in self.of(room)]

    def wait_seq(self, room: str, seq: int, seconds: float = 10) -> None:
        wait_until(lambda: bool(self.seqs(room)) and self.seqs(room)[-1] >= seq, seconds, every=0.005)

    def closed(self, seconds: float = 10) -> int:
        """The code the socket was closed with."""
        wait_until(lambda: self.code is not None, seconds)
        assert self.code is not None
        return self.code


def subprotocols(token: str) -> list[str]:
    return [SUBPROTOCOL, f"bearer.{token}"]
