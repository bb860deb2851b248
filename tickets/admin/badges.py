"""How states and priorities look: a tone of the frame's badges beside their words."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
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
