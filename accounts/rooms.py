"""The room of one person."""

from accounts.models import User
from core.protocols import Viewer


class UserRoom:
    """`user:{id}`: what concerns one person alone; in the customer form for customers, in the staff form for agents."""

    prefix = "user"
    audience = "own"

    def can_join(self, user: Viewer, ref: str) -> bool:
        return user.is_active and ref == str(user.pk)


def user_room(user_id: int) -> str:
    return f"user:{user_id}"


def audience_of(user: User) -> str:
    """Which form a person's own room carries."""
    return "staff" if user.is_agent else "customer"
