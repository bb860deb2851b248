"""Define what happens in the demo, as data: each step is one operation that somebody does at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Step:
    """One operation. People are mailboxes, tickets keys of the plan; `values` are what the verb takes besides.

    In the steps of a chat `ticket` is the chat's key.
    """

    at: datetime
    verb: str
    ticket: str
    by: str
    body: str = ""
    files: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def touches(self) -> frozenset[str]:
        """The tickets and chats this step reads or changes."""
        others = (self.values.get(name) for name in ("source", "other", "opens"))
        return frozenset({self.ticket, *(other for other in others if other)})

    @property
    def opens(self) -> str:
        """The key of the ticket that this step opens; empty when it opens none."""
        return self.ticket if self.verb == "create" else str(self.values.get("opens", ""))

    @property
    def begins(self) -> frozenset[str]:
        """The keys of the ticket and of the chat that begin with this step."""
        chat = self.ticket if self.verb == "chat_start" else ""
        return frozenset(key for key in (self.opens, chat) if key)
