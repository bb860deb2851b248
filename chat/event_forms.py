"""The events of chats as sockets tell them: which rooms each may go to, and its data in the form of each audience."""

from __future__ import annotations

from typing import Any

from chat.forms import (
    ChatMessageCustomerOut,
    ChatMessageStaffOut,
    ChatReadOut,
    ChatSessionCustomerOut,
    ChatSessionStaffOut,
    PositionOut,
    message_forms,
    session_forms,
)
from chat.models import ChatMessage, Session
from realtime.registry import EventSpec

_SESSION = {"customer": lambda: ChatSessionCustomerOut, "staff": lambda: ChatSessionStaffOut}
_MESSAGE = {"customer": lambda: ChatMessageCustomerOut, "staff": lambda: ChatMessageStaffOut}
_ALL = frozenset({"chat", "chat-staff", "queue"})


def show_session(audience: str, session: Session) -> dict[str, Any]:
    """Return a chat for an audience."""
    return session_forms([session], staff=audience == "staff", seqs={})[0]


def show_message(audience: str, message: ChatMessage) -> dict[str, Any]:
    """Return a message for an audience; ValueError for a note in the customer form."""
    return message_forms([message], staff=audience == "staff")[0]


EVENTS = (
    EventSpec(
        "chat:message",
        "A message came to a chat",
        frozenset({"chat", "chat-staff"}),
        _MESSAGE,
        show_message,
        ends_typing=True,
    ),
    EventSpec("chat:session:updated", "A chat changed", _ALL, _SESSION, show_session, moves_access=True),
    EventSpec("chat:session:waiting", "A chat waits for an agent", _ALL, _SESSION, show_session),
    EventSpec(
        "chat:session:accepted", "An agent took a chat", _ALL | {"user"}, _SESSION, show_session, moves_access=True
    ),
    EventSpec(
        "chat:session:position",
        "A waiting customer's place in the queue moved",
        frozenset({"chat"}),
        {"customer": lambda: PositionOut},
        stored=False,
    ),
    EventSpec(
        "chat:read",
        "The other side has read",
        frozenset({"chat", "chat-staff"}),
        {"customer": lambda: ChatReadOut, "staff": lambda: ChatReadOut},
        stored=False,
    ),
)
