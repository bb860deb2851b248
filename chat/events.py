"""Events of chats: which rooms hear of what, each in its own form."""

from __future__ import annotations

from typing import Any

from accounts.rooms import user_room
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
from chat.rooms import QUEUE, customer_room, staff_room
from realtime.publish import emit, signal
from realtime.registry import EventSpec

_SESSION = {"customer": lambda: ChatSessionCustomerOut, "staff": lambda: ChatSessionStaffOut}
_MESSAGE = {"customer": lambda: ChatMessageCustomerOut, "staff": lambda: ChatMessageStaffOut}
_ALL = frozenset({"chat", "chat-staff", "queue"})

EVENTS = (
    EventSpec(
        "chat:message", "A message came to a chat", frozenset({"chat", "chat-staff"}), _MESSAGE, ends_typing=True
    ),
    EventSpec("chat:session:updated", "A chat changed", _ALL, _SESSION, moves_access=True),
    EventSpec("chat:session:waiting", "A chat waits for an agent", _ALL, _SESSION),
    EventSpec("chat:session:accepted", "An agent took a chat", _ALL | {"user"}, _SESSION, moves_access=True),
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


def _tell(event: str, session: Session, *, customer_too: bool = False) -> None:
    staff = session_forms([session], staff=True, seqs={})[0]
    customer = session_forms([session], staff=False, seqs={})[0]
    forms = {staff_room(session.pk): staff, QUEUE: staff, customer_room(session.pk): customer}
    if customer_too:
        forms[user_room(session.customer_id)] = customer
    emit(event, forms)


def session_updated(session: Session) -> None:
    """To the chat's rooms and the queue."""
    _tell("chat:session:updated", session)


def session_waiting(session: Session) -> None:
    """To the chat's rooms and the queue."""
    _tell("chat:session:waiting", session)


def session_accepted(session: Session) -> None:
    """To the chat's rooms, the queue, and the customer wherever he is."""
    _tell("chat:session:accepted", session, customer_too=True)


def message_added(message: ChatMessage) -> None:
    """To the chat's rooms; a note to the staff room alone."""
    forms = {staff_room(message.session_id): message_forms([message], staff=True)[0]}
    if not message.is_internal:
        forms[customer_room(message.session_id)] = message_forms([message], staff=False)[0]
    emit("chat:message", forms)


def read(session_id: int, mark: dict[str, Any]) -> None:
    """To both sides; it is not stored, and may be lost."""
    data = ChatReadOut.show(mark)
    signal("chat:read", {customer_room(session_id): data, staff_room(session_id): data})


def positions(places: dict[int, int]) -> None:
    """To each waiting customer his place."""
    forms = {customer_room(pk): PositionOut.show({"session_id": pk, "position": place}) for pk, place in places.items()}
    if forms:
        signal("chat:session:position", forms)
