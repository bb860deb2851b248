"""One ticket for a guest, by the signed link of their e-mail; nothing else of theirs is shown by it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.operations.sessions import open_link_session
from core.errors import NotFound
from portal.pages import help_page
from portal.threads import Addresses, file_answer, ticket_page
from tickets.models import Message, Ticket
from tickets.querysets import MESSAGE_OWNER
from tickets.reading_links import read_by
from uploads.links import as_id
from uploads.models import Attachment


@help_page
@require_http_methods(["GET", "HEAD", "POST"])
def guest_ticket(request: HttpRequest, token: str) -> HttpResponse:
    """Show the ticket of a link and take the guest's reply, rating, end or new start."""
    ticket, guest = _named(token)
    here = reverse("help-guest-ticket", args=[token])
    to = Addresses(here, lambda pk: reverse("help-guest-file", args=[token, pk]))
    return ticket_page(request, str(ticket.pk), guest, to)


@help_page
@require_safe
def guest_file(request: HttpRequest, token: str, attachment_id: str) -> HttpResponse:
    """Fetch a file of the ticket of a link; a file of another ticket is not found."""
    ticket, guest = _named(token)
    if not _has_file(ticket, attachment_id):
        raise NotFound
    guest.sign_in = open_link_session(guest)
    return file_answer(guest, attachment_id)


def _named(token: str) -> tuple[Ticket, User]:
    found = read_by(token)
    if found is None:
        raise NotFound
    return found


def _has_file(ticket: Ticket, attachment_id: str) -> bool:
    """Return whether a file stands in a public message of this ticket, or of the one it was merged into."""
    identity = as_id(attachment_id)
    if identity is None:
        return False
    messages = Message.objects.filter(ticket_id=Ticket.objects.end_of_merges(ticket.pk), is_internal=False)
    owned = Attachment.objects.filter(pk=identity, owner_type=MESSAGE_OWNER)
    return owned.filter(owner_id__in=messages.values("pk")).exists()
