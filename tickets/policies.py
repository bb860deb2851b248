"""Say who may do what with a ticket he sees."""

from __future__ import annotations

from accounts.models import SERVICE_ROLES, User
from core.errors import Forbidden, NotFound
from tickets.models import Ticket
from tickets.states import DONE

VIEW = "support.tickets.view"
CREATE = "support.tickets.create"
UPDATE = "support.tickets.update"
REPLY = "support.tickets.reply"
ASSIGN = "support.tickets.assign"
ESCALATE = "support.tickets.escalate"
CLOSE = "support.tickets.close"
MERGE = "support.tickets.merge"
CATEGORIES = "support.categories.manage"
CANNED = "support.canned.manage"
SLA = "support.sla.manage"
SETTINGS = "support.settings.manage"


def acts_for_product(user: User) -> bool:
    """Return whether this is a service user: the bot, or the system."""
    return user.role in SERVICE_ROLES


def can(user: User, right: str) -> bool:
    """Return whether a member of staff holds a right."""
    return user.is_agent and (acts_for_product(user) or user.has_perm(right))


def refuse_unless(user: User, right: str) -> None:
    """Raise Forbidden naming the missing right."""
    if not can(user, right):
        raise Forbidden(right)


def refuse_reply(user: User, ticket: Ticket, *, internal: bool) -> None:
    """A customer writes on his own ticket, never a note; staff need the reply right."""
    if user.is_customer and not internal and ticket.customer_id == user.pk:
        return
    refuse_unless(user, REPLY)


def refuse_status(user: User, status: str) -> None:
    """Resolving and closing is a right of its own."""
    refuse_unless(user, CLOSE if status in DONE else UPDATE)


def refuse_close(user: User, ticket: Ticket) -> None:
    """Its customer, or staff who may close."""
    if not (user.is_customer and ticket.customer_id == user.pk):
        refuse_unless(user, CLOSE)


def refuse_rating(user: User, ticket: Ticket) -> None:
    """Its customer alone; staff are refused, others do not know it exists."""
    if user.is_agent:
        raise Forbidden
    if ticket.customer_id != user.pk:
        raise NotFound
