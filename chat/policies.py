"""Say who may do what with a chat that they see."""

from __future__ import annotations

from accounts.models import User
from chat.models import Session
from core.errors import Forbidden, NotFound
from tickets.policies import acts_for_product as acts_for_product
from tickets.policies import refuse_unless as refuse_unless

VIEW = "support.chat.view"
ACCEPT = "support.chat.accept"
TRANSFER = "support.chat.transfer"


def refuse_unless_takes_part(user: User, session: Session) -> None:
    """Its customer, its agent, or the product itself; others who see it may look on and no more."""
    if user.pk not in {session.customer_id, session.agent_id} and not acts_for_product(user):
        raise Forbidden


def refuse_unless_customer(user: User, session: Session) -> None:
    """Its customer alone; staff are refused, others do not know it exists."""
    if user.is_agent:
        raise Forbidden
    if session.customer_id != user.pk:
        raise NotFound
