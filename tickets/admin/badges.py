"""How states and priorities look: a tone of the frame's badges beside their words."""

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from core.admin import badge
from tickets.models import Ticket
from tickets.states import Priority, Status

STATUS_TONES: dict[str, str] = {
    Status.OPEN: "info",
    Status.IN_PROGRESS: "info",
    Status.PENDING: "warn",
    Status.ON_HOLD: "warn",
    Status.RESOLVED: "good",
    Status.CLOSED: "",
}
PRIORITY_TONES: dict[int, str] = {Priority.LOW: "", Priority.NORMAL: "", Priority.HIGH: "warn", Priority.URGENT: "bad"}


def status_badge(ticket: Ticket) -> SafeString:
    return badge(Status(ticket.status).label, STATUS_TONES[ticket.status])


def priority_badge(ticket: Ticket) -> SafeString:
    return badge(Priority(ticket.priority).label, PRIORITY_TONES[ticket.priority])


def moment(at: datetime.datetime) -> SafeString:
    """A time in the site's zone, short."""
    local = timezone.localtime(at)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), date_format(local, "SHORT_DATETIME_FORMAT"))


def assignee_words(assignee: User | None, *, is_unassigned: bool) -> SafeString | str:
    """Who has a ticket; of one that counts as unassigned, who had it."""
    if assignee is None:
        return ""
    if not is_unassigned:
        return format_html("<bdi>{}</bdi>", assignee.name)
    name = format_html("<bdi>{}</bdi>", assignee.name)
    return format_html('{} <span class="quiet small">{}</span>', _("Unassigned"), format_html(_("was with {}"), name))
