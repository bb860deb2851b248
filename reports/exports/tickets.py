"""The rows of a file of tickets: those created in the period that were asked for, in order of creation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.asking import PERIOD, TICKETS, Ask
from reports.exports.words import local, word
from reports.metrics import Text
from reports.scope import tickets_of
from tickets.models import Ticket
from tickets.states import Priority, Status

FILTERS = (*TICKETS, "status")
PARAMETERS = (*PERIOD, *FILTERS, "language")
CHUNK = 1000


@dataclass(frozen=True)
class Column:
    """`value` makes the cell of a ticket; `width` is in characters; `kind` is text, number, moment or status."""

    label: Text
    value: Callable[[Ticket, Ask, str], Any]
    width: int = 16
    kind: str = "text"


def _name_of(thing: Any, language: str) -> str:
    return word((thing.name_ar, thing.name_en), language) if thing else ""


def _moment(name: str) -> Callable[[Ticket, Ask, str], Any]:
    return lambda ticket, ask, _language: local(getattr(ticket, name), ask.period.zone)


def _stars(ticket: Ticket, _ask: Ask, _language: str) -> int | None:
    rating = getattr(ticket, "rating", None)
    return rating.rating if rating else None


def _yes(ticket: Ticket, _ask: Ask, language: str) -> str:
    return word(_("Yes") if ticket.sla_breached else _("No"), language)


COLUMNS = (
    Column(_("Number"), lambda ticket, _ask, _l: ticket.number, 18),
    Column(_("Subject"), lambda ticket, _ask, _l: ticket.subject, 40),
    Column(pgettext_lazy("heading", "Customer"), lambda ticket, _ask, _l: ticket.customer.name, 24),
    Column(_("E-mail"), lambda ticket, _ask, _l: ticket.customer.address, 28),
    Column(_("Status"), lambda ticket, _ask, lang: word(Status(ticket.status).label, lang), 20, "status"),
    Column(_("Priority"), lambda ticket, _ask, lang: word(Priority(ticket.priority).label, lang), 16),
    Column(_("Category"), lambda ticket, _ask, lang: _name_of(ticket.category, lang), 24),
    Column(pgettext_lazy("tickets", "Team"), lambda ticket, _ask, lang: _name_of(ticket.team, lang), 22),
    Column(_("Assignee"), lambda ticket, _ask, _l: ticket.assignee.name if ticket.assignee else "", 22),
    Column(pgettext_lazy("time", "Created"), _moment("created_at"), 18, "moment"),
    Column(_("First response"), _moment("first_response_at"), 18, "moment"),
    Column(pgettext_lazy("time", "Resolved"), _moment("resolved_at"), 18, "moment"),
    Column(pgettext_lazy("time", "Closed"), _moment("closed_at"), 18, "moment"),
    Column(_("Messages"), lambda ticket, _ask, _l: ticket.message_count, 11, "number"),
    Column(_("Rating"), _stars, 11, "number"),
    Column(_("SLA missed"), _yes, 14),
    Column(_("Order"), lambda ticket, _ask, _l: ticket.order_id, 16),
    Column(_("Product"), lambda ticket, _ask, _l: ticket.product_id, 16),
    Column(_("Tags"), lambda ticket, _ask, _l: ", ".join(ticket.tags), 20),
    Column(_("Description"), lambda ticket, _ask, _l: ticket.description, 60),
)
BRIEF = tuple(COLUMNS[place] for place in (0, 1, 2, 4, 5, 6, 8, 9))
"""Build the parts of a PDF page: bands, columns, tables and texts."""


def rows_of(ask: Ask) -> QuerySet[Ticket]:
    """Return the tickets of a file."""
    return tickets_of(ask).filter(created_at__gte=ask.period.start, created_at__lt=ask.period.end)


def count(ask: Ask) -> int:
    return rows_of(ask).count()


def each(ask: Ask) -> Iterator[Ticket]:
    """Return the tickets one after the other, never more than CHUNK of them in memory.

    Read by keyset, so that no transaction stays open however long a file takes.
    """
    rows = (
        rows_of(ask).select_related("customer", "assignee", "category", "team", "rating").order_by("created_at", "pk")
    )
    found = list(rows[:CHUNK])
    while found:
        yield from found
        last = found[-1]
        later = rows.filter(created_at__gte=last.created_at).exclude(created_at=last.created_at, pk__lte=last.pk)
        found = list(later[:CHUNK])


def conditions(ask: Ask, language: str) -> list[tuple[str, str]]:
    """Return what was asked for, in words, for the cover."""
    found: list[tuple[Text, str]] = [
        (
            _("Period"),
            word(_("%(first)s to %(last)s"), language) % {"first": ask.period.first, "last": ask.period.last},
        ),
        (_("Time zone"), ask.period.zone.key),
    ]
    for name, label in _FILTER_LABELS.items():
        if name in ask.only:
            found.append((label, _filter_words(name, ask.only[name], language)))
    return [(word(label, language), text) for label, text in found]


_FILTER_LABELS: dict[str, Text] = {
    "status": _("Status"),
    "priority": _("Priority"),
    "categoryId": _("Category"),
    "teamId": pgettext_lazy("tickets", "Team"),
    "agentId": _("Agent"),
    "tags": _("Tags"),
}


def _filter_words(name: str, value: Any, language: str) -> str:
    from accounts.models import Team, User
    from tickets.models import Category

    if name == "status":
        return ", ".join(word(Status(each).label, language) for each in value)
    if name == "priority":
        return ", ".join(word(Priority(each).label, language) for each in value)
    if name == "tags":
        return ", ".join(value)
    kind: Any = {"categoryId": Category, "teamId": Team, "agentId": User}[name]
    thing = kind.objects.filter(pk=value).first() if value != "none" else None
    if thing is None:
        return "—"
    return str(thing.name) if isinstance(thing, User) else _name_of(thing, language)
