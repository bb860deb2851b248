"""Events of chats: which rooms hear of what. `chat.event_forms` declares what they are told."""

from __future__ import annotations

from typing import Any

from accounts.rooms import user_room
from chat.models import ChatMessage, Session
from chat.rooms import QUEUE, customer_room, staff_room
from realtime.publish import Shown, emit, signal


def _tell(event: str, session: Session, *, customer_too: bool = False) -> None:
    staff, customer = Shown("staff", session), Shown("customer", session)
    forms = {staff_room(session.pk): staff, QUEUE: staff, customer_room(session.pk): customer}
    if customer_too:
        forms[user_room(session.customer_id)] = customer
    emit(event, forms)


def session_updated(session: Session) -> None:
    """Tell the chat's rooms and the queue."""
    _tell("chat:session:updated", session)


def session_waiting(session: Session) -> None:
    """Tell the chat's rooms and the queue."""
    _tell("chat:session:waiting", session)


def session_accepted(session: Session) -> None:
    """Tell the chat's rooms, the queue, and the customer wherever they are."""
    _tell("chat:session:accepted", session, customer_too=True)


def message_added(message: ChatMessage) -> None:
    """Tell the chat's rooms; of a note the staff room alone."""
    forms = {staff_room(message.session_id): Shown("staff", message)}
    if not message.is_internal:
        forms[customer_room(message.session_id)] = Shown("customer", message)
    emit("chat:message", forms)


def read(session_id: int, mark: dict[str, Any]) -> None:
    """Tell both sides; it is not stored, and may be lost."""
    signal(
        "chat:read", {customer_room(session_id): Shown("customer", mark), staff_room(session_id): Shown("staff", mark)}
    )


def positions(places: dict[int, int]) -> None:
    """Tell each waiting customer their place."""
    forms = {
        customer_room(pk): Shown("customer", {"session_id": pk, "position": place}) for pk, place in places.items()
    }
    if forms:
        signal("chat:session:position", forms)
