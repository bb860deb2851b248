"""A client that read a chat once and follows its room since: what it holds must equal a fresh read."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from tests.api import Api, data
from tests.crosscut.mirror import stored, unsigned

SESSION = {"chat:session:updated", "chat:session:waiting", "chat:session:accepted"}
# Moved by others' chats too, and told by a signal of its own.
MOVING = {"position"}


class ChatMirror:
    """Hold what one reader holds of a chat: moved by the events of its room alone."""

    def __init__(self, reader: User, session_id: str) -> None:
        self.api = Api(reader, language="ar")
        self.path = f"/chat/sessions/{session_id}" if reader.is_agent else "/chat/my-session"
        self.session = self._read("")
        self.messages = {message["id"]: message for message in self._read("/messages?limit=100")}

    def catch_up(self) -> None:
        """Apply what came in the room since, in order, each number once."""
        room, seq = self.session["realtime"]["room"], self.session["realtime"]["seq"]
        for number, name, payload in stored(room, after=seq):
            assert number == seq + 1, f"a hole in {room}"
            seq = number
            if name == "chat:message":
                self.messages[payload["id"]] = payload
                self.session["realtime"] = {**self.session["realtime"], "seq": seq}
            else:
                assert name in SESSION
                self.session = payload

    def differs(self) -> dict[str, Any]:
        """Return what a fresh read says otherwise; nothing, if every event said all it should."""
        fresh = self._read("") or self.session
        found = {
            name: (self.session.get(name), fresh[name])
            for name in fresh
            if name not in MOVING and self.session.get(name) != fresh[name]
        }
        held, thread = list(self.messages.values()), self._read("/messages?limit=100")
        return found | ({"thread": (held, thread)} if held != thread else {})

    def _read(self, rest: str) -> Any:
        return unsigned(data(self.api.get(self.path + rest)))
