"""Say who may keep the bot's rules."""

from __future__ import annotations

from accounts.models import User
from core.errors import Forbidden

MANAGE = "support.bot.manage"


def can_manage(user: User) -> bool:
    """Return whether this person keeps the bot's rules."""
    return user.is_agent and user.has_perm(MANAGE)


def refuse_unless_manages(user: User) -> None:
    """Raise Forbidden naming the right."""
    if not can_manage(user):
        raise Forbidden(MANAGE)
