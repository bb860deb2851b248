"""A customer's rating of a ticket."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import AlreadyRated, InvalidTransition
from core.operation import operation
from tickets import events
from tickets.models import Rating, Ticket
from tickets.operations.base import refuse_merged, save
from tickets.operations.locking import locked
from tickets.policies import refuse_rating
from tickets.states import DONE


@operation
def rate(ref: int | str, *, rating: int, by: User, feedback: str = "") -> Ticket:
    """Rate a resolved or closed ticket from 1 to 5; again within RATING_CHANGE_DAYS replaces.

    The credit goes to whoever resolved it. Raises NotFound, Forbidden for staff, Merged, InvalidTransition for a
    ticket that is not over, AlreadyRated later.
    """
    ticket = locked(ref, by)
    refuse_rating(by, ticket)
    refuse_merged(ticket)
    if ticket.status not in DONE:
        raise InvalidTransition(ticket.status, "rated", [])
    now = clock.now()
    given: Rating | None = getattr(ticket, "rating", None)
    if given and now - given.first_rated_at > timedelta(days=settings.RATING_CHANGE_DAYS):
        raise AlreadyRated
    if given and (given.rating, given.feedback) == (rating, feedback):
        return ticket
    old = {"rating": given.rating, "feedback": given.feedback} if given else None
    stored = Rating(
        ticket=ticket,
        rating=rating,
        feedback=feedback,
        agent_id=ticket.resolved_by_id,
        rated_at=now,
        first_rated_at=given.first_rated_at if given else now,
    )
    stored.save(force_update=bool(given), force_insert=not given)
    ticket.rating = stored
    ticket.staff_updated_at = now
    save(ticket)
    record("TICKET_RATED", ticket, by=by, old=old, new={"rating": rating, "feedback": feedback})
    events.ticket_updated(ticket)
    return ticket
