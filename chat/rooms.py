"""Rooms of chats: one for the customer, one for staff, one for all who take chats."""

from collections.abc import Collection, Mapping, Sequence

from chat.models import Session
from core.ids import by_id
from core.protocols import Room, Viewer


def _visible(user: Viewer, refs: Collection[str]) -> Mapping[str, str]:
    """The seen ones among references → their ids."""
    ids = by_id(refs)
    if not ids:
        return {}
    found = Session.objects.visible_to(user).filter(pk__in=list(ids)).values_list("pk", flat=True)
    return {ids[pk]: str(pk) for pk in found}


class ChatRoom(Room):
    """`chat:{id}`: a chat in the customer form; its customer alone joins it (staff are put in the staff room)."""

    prefix = "chat"
    audience = "customer"
    staff_prefix = "chat-staff"
    key = "sessionId"
    join_action = "joinChat"
    leave_action = "leaveChat"

    def joinable(self, user: Viewer, refs: Collection[str]) -> Mapping[str, str]:
        return {} if user.is_agent else _visible(user, refs)


class ChatStaffRoom(Room):
    """`chat-staff:{id}`: every event of a chat, notes included, in the staff form."""

    prefix = "chat-staff"
    audience = "staff"
    key = "sessionId"

    def joinable(self, user: Viewer, refs: Collection[str]) -> Mapping[str, str]:
        return _visible(user, refs) if user.is_agent else {}


class ChatQueueRoom(Room):
    """`queue:chats`: what happens to chats, for those who see all of them."""

    prefix = "queue"
    audience = "staff"

    def joinable(self, user: Viewer, refs: Collection[str]) -> Mapping[str, str]:
        allowed = user.is_active and user.is_agent and user.has_perm("support.chat.view")
        return {ref: ref for ref in refs if ref == "chats" and allowed}

    def automatic(self, user: Viewer) -> Sequence[str]:
        return list(self.joinable(user, ["chats"]))


QUEUE = "queue:chats"


def customer_room(session_id: int) -> str:
    return f"chat:{session_id}"


def staff_room(session_id: int) -> str:
    return f"chat-staff:{session_id}"


def room_for(user: Viewer, session_id: int) -> str:
    """The room that carries a chat's events to this person."""
    return staff_room(session_id) if user.is_agent else customer_room(session_id)
