"""The protocol fixtures of docs/protocol: conversations with a real server, written down with stable values."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from tests.realtime.client import Client, Frame
from tests.realtime.servers import ROOT

FOLDER = ROOT / "docs" / "protocol"
WRITE = os.environ.get("PROTOCOL_WRITE") == "1"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBER = re.compile(r"TKT-\d{4}-\d+")
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
_ROOM = re.compile(r"^([a-z-]+):(\d+)$")
_ID = re.compile(r"(^id|Id)$")


class Stable:
    """Gives each value that changes from run to run one that does not: identifiers, moments, tokens."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.uuids: dict[str, str] = {}

    def __call__(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {self._key(name): self(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self(inner, key) for inner in value]
        if key == "expiresAt" and isinstance(value, int):
            return 1_795_366_787_000
        return self._text(value, key) if isinstance(value, str) else value

    def _key(self, name: str) -> str:
        return str(self._text(name, ""))

    def _text(self, value: str, key: str) -> str:
        room = _ROOM.match(value)
        if room:
            return f"{room[1]}:{self._id(room[2])}"
        if _ID.search(key) and value.isdigit() and len(value) < 9:
            return self._id(value)
        value = _MOMENT.sub("2026-11-22T10:00:00.000Z", value)
        value = _NUMBER.sub("TKT-2026-000001", _TOKEN.sub("<access token>", value))
        return _UUID.sub(lambda found: self._uuid(found[0]), value)

    def _id(self, value: str) -> str:
        return self.ids.setdefault(value, str(101 + len(self.ids)))

    def _uuid(self, value: str) -> str:
        return self.uuids.setdefault(value, f"00000000-0000-4000-8000-{len(self.uuids) + 1:012d}")


class Recorded:
    """One fixture: what is sent and what comes, in order, on one socket after the other."""

    def __init__(self, name: str, about: str, stable: Stable) -> None:
        self.name, self.about, self.stable = name, about, stable
        self.steps: list[dict[str, Any]] = []
        self._seen = 0

    def connected(self, client: Client, credential: str = "header") -> None:
        """A new socket, and what it was told first."""
        self._seen = 0
        self.steps.append({"connect": {"path": "/support", "credential": credential}})
        client.event("ready")
        self.hear(client)

    def sent(self, client: Client, action: Any, data: Any = None, ref: int | None = None) -> Frame | None:
        """An action and, with a ref, everything up to its answer."""
        frame = {"action": action, "data": data} | ({} if ref is None else {"ref": ref})
        self.steps.append({"client": self.stable(frame)})
        client.send(action, data, **({} if ref is None else {"ref": ref}))
        if ref is None:
            return None
        answer = client.wait(lambda said: said["event"] == "ack" and said["ref"] == ref)
        self.hear(client)
        return answer

    def hear(self, client: Client) -> None:
        """Whatever came since the last look."""
        frames = [frame for frame in list(client.frames)[self._seen :] if frame["event"] != "hb"]
        self._seen = len(client.frames)
        self.steps += [{"server": self.stable(frame)} for frame in frames]

    def closed(self, client: Client) -> None:
        """The end of the socket, by the server."""
        code = client.closed()
        self.hear(client)
        self.steps.append({"close": code})

    def frames(self, side: str) -> list[Frame]:
        return [step[side] for step in self.steps if side in step]

    def compare(self) -> None:
        """Hold the committed file to what the server says now; PROTOCOL_WRITE=1 writes it instead."""
        told = json.dumps({"about": self.about, "steps": self.steps}, ensure_ascii=False, indent=2) + "\n"
        file: Path = FOLDER / f"{self.name}.json"
        if WRITE:
            FOLDER.mkdir(exist_ok=True)
            file.write_text(told)
        assert file.exists(), f"{file.name} is missing: run this test with PROTOCOL_WRITE=1"
        assert json.loads(file.read_text()) == json.loads(told), f"{file.name}: PROTOCOL_WRITE=1 shows the change"
