"""Links by which a customer rates a ticket from an e-mail: signed, for one ticket and its customer."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from tickets.models import Ticket

_SALT = "tickets.rating"
_VALID = timedelta(days=60)


def rating_url(ticket: Ticket) -> str:
    """Return the page on which this ticket's customer rates it."""
    token = signing.dumps([ticket.pk, ticket.customer_id], salt=_SALT)
    return settings.SITE_URL + reverse("ticket-rating", args=[token])


def rated_by(token: str) -> tuple[Ticket, User] | None:
    """Return the ticket and the customer that a token of ours names; None when it is no longer theirs to rate.

    A merged ticket is rated as the one it was merged into.
    """
    try:
        ticket_id, customer_id = signing.loads(token, salt=_SALT, max_age=_VALID)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    customer = User.objects.with_rights().filter(pk=customer_id, is_active=True).first()
    if customer is None:
        return None
    tickets = Ticket.objects.with_people().visible_to(customer)
    ticket = tickets.filter(pk=tickets.end_of_merges(ticket_id)).first()
    return (ticket, customer) if ticket else None
