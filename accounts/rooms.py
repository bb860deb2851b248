"""The room of one person."""

from collections.abc import Collection, Mapping, Sequence

from accounts.models import User
from core.protocols import Room, Viewer


class UserRoom(Room):
    """`user:{id}`: what concerns one person alone; in the customer form for customers, in the staff form for agents."""

    prefix = "user"
    audience = "own"

    def joinable(self, user: Viewer, refs: Collection[str]) -> Mapping[str, str]:
        return {ref: ref for ref in refs if user.is_active and ref == str(user.pk)}

    def automatic(self, user: Viewer) -> Sequence[str]:
        return [str(user.pk)]


def user_room(user_id: int) -> str:
    return f"user:{user_id}"


def audience_of(user: User) -> str:
    """Which form a person's own room carries."""
    return "staff" if user.is_agent else "customer"
