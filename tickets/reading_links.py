"""Links by which a guest reads one ticket from an e-mail: signed, for one ticket and its customer."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import Role, User
from tickets.models import Ticket

_SALT = "tickets.reading"
_VALID = timedelta(days=180)


def reading_url(ticket: Ticket, guest: User) -> str:
    """Return the page on which this guest reads and answers the ticket."""
    token = signing.dumps([ticket.pk, guest.pk], salt=_SALT)
    return settings.SITE_URL + reverse("help-guest-ticket", args=[token])


def read_by(token: str) -> tuple[Ticket, User] | None:
    """Return the ticket and the guest that a token of ours names; None when it is no longer theirs.

    Customers with an account sign in: a link that was passed on must not stand for their account.
    """
    try:
        ticket_id, guest_id = signing.loads(token, salt=_SALT, max_age=_VALID)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    guest = User.objects.with_rights().filter(pk=guest_id, role=Role.GUEST, is_active=True).first()
    ticket = Ticket.objects.visible_to(guest).filter(pk=ticket_id).first() if guest else None
    return (ticket, guest) if ticket and guest else None
