"""The permission catalogue: every right of the product, in words, and the groups an installation starts with.

To add a permission, add one line to CATALOGUE; `manage.py migrate` makes its row and the admin shows it.
The names are the wire contract's. Rights are rows under one ContentType (app_label `support`), so that
`user.has_perm("support.tickets.assign")` is Django's own check.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

APP_LABEL = "support"


class Right(NamedTuple):
    """A right: its name after `support.`, and what it lets one do."""

    codename: str
    label: str | Promise


CATALOGUE = (
    Right("tickets.view", _("See tickets of one's own teams and of no team, assigned or watched")),
    Right("tickets.view_all", _("See every ticket")),
    Right("tickets.create", _("Open tickets for customers")),
    Right("tickets.update", _("Change a ticket's fields and status")),
    Right("tickets.reply", _("Answer customers and write internal notes")),
    Right("tickets.assign", _("Assign tickets to agents and teams")),
    Right("tickets.escalate", _("Escalate tickets")),
    Right("tickets.close", _("Resolve, close and reopen tickets")),
    Right("tickets.merge", _("Merge tickets and undo it")),
    Right("chat.view", _("See chats")),
    Right("chat.accept", _("Accept waiting chats")),
    Right("chat.transfer", _("Transfer chats")),
    Right("categories.manage", _("Manage categories")),
    Right("canned.manage", _("Manage canned responses")),
    Right("bot.manage", _("Manage the bot's rules")),
    Right("reports.view", _("See reports and statistics")),
    Right("export", _("Export to Excel, PDF and CSV")),
    Right("audit.view", _("Read the audit log")),
    Right("sla.manage", _("Manage SLA policies and business hours")),
    Right("users.manage", _("Manage staff, teams and groups")),
    Right("customers.manage", _("Manage customers")),
    Right("settings.manage", _("Change settings")),
    Right("deliveries.manage", _("See and retry notification deliveries")),
)
CODENAMES = frozenset(right.codename for right in CATALOGUE)

_AGENT = (
    *("tickets.view", "tickets.view_all", "tickets.create", "tickets.update", "tickets.reply"),
    *("tickets.assign", "tickets.escalate", "tickets.close"),
    *("chat.view", "chat.accept", "chat.transfer"),
)
_REPORTS = ("reports.view", "export")
DEFAULT_GROUPS: dict[str, tuple[str, ...]] = {
    "agent": _AGENT,
    "lead": (*_AGENT, "tickets.merge", "categories.manage", "canned.manage", "bot.manage", *_REPORTS),
    "manager": ("tickets.view", "tickets.view_all", "chat.view", *_REPORTS, "audit.view", "sla.manage"),
    "administrator": tuple(right.codename for right in CATALOGUE),
}


def full_name(codename: str) -> str:
    """`tickets.assign` as has_perm and the wire spell it: `support.tickets.assign`."""
    return f"{APP_LABEL}.{codename}"
