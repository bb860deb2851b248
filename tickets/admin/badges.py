"""How states and priorities look: a tone of the frame's badges beside their words."""

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

from accounts.models import User
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


def assignee_words(assignee: User | None, *, is_unassigned: bool) -> SafeString | str:
    """Return who has a ticket; of one that counts as unassigned, who had it."""
    if assignee is None:
        return ""
    if not is_unassigned:
        return format_html("<bdi>{}</bdi>", assignee.name)
    return format_html('{} <span class="quiet small">{}</span>', _("Unassigned"), was_with(assignee))


def was_with(agent: User) -> SafeString:
    """Return who had a ticket that counts as unassigned."""
    return format_html(_("was with {}"), format_html("<bdi>{}</bdi>", agent.name))


def moment(at: datetime.datetime) -> SafeString:
    """Return how long ago a time was, with the time itself in the site's zone for whoever points at it."""
    full = date_format(timezone.localtime(at), "DATETIME_FORMAT")
    return format_html('<time class="when" datetime="{}" title="{}">{}</time>', at.isoformat(), full, ago(at))


def ago(at: datetime.datetime) -> str:
    """Return how long ago a time was, or how long it is until then, in the largest unit."""
    now = timezone.now()
    if abs(now - at) < datetime.timedelta(minutes=1):
        return _("now")
    if at > now:
        return _("in %(time)s") % {"time": timeuntil(at, now, depth=1)}
    return _("%(time)s ago") % {"time": timesince(at, now, depth=1)}
