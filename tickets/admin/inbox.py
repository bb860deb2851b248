"""The inbox: rows in the order of the work, page after page, each with what was said last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Left
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.admin import keeping
from core.api.lists import Paging, Sort, paginate
from core.database.compiled import Prepared
from core.errors import Invalid
from core.prepared import AnyOf
from tickets.admin.badges import PRIORITY_TONES, STATUS_TONES
from tickets.admin.sla_badge import sla_badge
from tickets.admin.thread import SERVICES
from tickets.models import AuthorType, Message, Reading, Ticket
from tickets.states import DONE, Priority, Status
from tickets.unassigned import unassigned

PAGE = 50
LINE = 160
AFTER, OPEN, SORT, VIEW = "after", "open", "sort", "view"
OWN = frozenset({AFTER, OPEN, SORT})
"""Parameters of the list beside its filters: the cursor, the ticket that stands beside it, the order."""


class Order(NamedTuple):
    label: str | Promise
    column: str
    nullable: bool = False
    descending: bool = False


ORDERS = {
    "waiting": Order(_("Waiting longest"), "customer_waits_since", nullable=True),
    "due": Order(_("Due first"), "sla_due_at", nullable=True),
    "priority": Order(_("Most urgent"), "priority", descending=True),
    "activity": Order(_("Latest activity"), "updated_at", descending=True),
    "newest": Order(_("Newest"), "created_at", descending=True),
    "oldest": Order(_("Oldest"), "created_at"),
}
FIRST = "waiting"
SORTS = {name: Sort(order.column, order.nullable) for name, order in ORDERS.items()}


@dataclass(frozen=True)
class Row:
    """A ticket as the list shows it; `who` wrote last, and `line` is the beginning of it.

    What its template shows is worked out here: a list has fifty rows, and a template takes its time for each piece.
    """

    ticket: Ticket
    url: str
    who: str
    line: str
    by_customer: bool
    is_unread: bool

    @property
    def id(self) -> str:
        return str(self.ticket.pk)

    @property
    def choose(self) -> str:
        """Return the label of the box that chooses this row."""
        return gettext("Choose %(number)s") % {"number": self.ticket.number}

    @property
    def status(self) -> dict[str, str]:
        """Return the badge of the status: its word and tone."""
        return {"word": str(Status(self.ticket.status).label), "tone": STATUS_TONES[self.ticket.status]}

    @property
    def priority(self) -> dict[str, str]:
        """Return the badge of a priority above the normal one; empty for the others."""
        if self.ticket.priority <= Priority.NORMAL:
            return {}
        return {"word": str(Priority(self.ticket.priority).label), "tone": PRIORITY_TONES[self.ticket.priority]}

    @property
    def has_sla(self) -> bool:
        """Return whether something is to be said of the service level."""
        return sla_badge(self.ticket) is not None


class InboxList(ChangeList):
    """Django's list of tickets, in our orders and without page numbers."""

    rows: list[Row]
    next_cursor: str | None
    sort: str

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in OWN}

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """As Django's; the order stays, the place in the list and the ticket beside it do not."""
        return super().get_query_string({AFTER: None, OPEN: None, **(new_params or {})}, remove)

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[str | Combinable]:
        return []

    @property
    def is_narrowed(self) -> bool:
        """Return whether a filter is in force; a view is no filter, but what one works through."""
        return bool(self.kept.keys() - {VIEW, SORT, SEARCH_VAR})

    def get_results(self, request: HttpRequest) -> None:
        self.sort = str(self.params.get(SORT) or FIRST)
        if self.sort not in ORDERS:
            self.sort = FIRST
        order = ORDERS[self.sort]
        paging = Paging(1, PAGE, self.params.get(AFTER) or None, self.sort, order.descending)
        try:
            page = paginate(self.queryset.only("pk", order.column), paging, SORTS, brief=True)
        except Invalid as error:
            raise IncorrectLookupParameters(str(error)) from error
        self.rows = rows_of([row.pk for row in page.rows], request.user)  # type: ignore[arg-type]
        self.result_list = [row.ticket for row in self.rows]
        self.result_count = self.full_result_count = page.meta["total"]
        self.is_capped = bool(page.meta.get("totalIsCapped"))
        self.next_cursor = page.meta["nextCursor"]
        self.show_full_result_count, self.show_admin_actions = False, True
        self.can_show_all = self.multi_page = False
        self.paginator = self.model_admin.get_paginator(request, self.result_list, PAGE)

    @property
    def next_page(self) -> str:
        return self.get_query_string({AFTER: self.next_cursor}) if self.next_cursor else ""

    @property
    def handed_on(self) -> str:
        """Return the query by which the page of a ticket leads back to this list: all but the ticket beside it."""
        return keeping(self.get_query_string({AFTER: self.params.get(AFTER)}).removeprefix("?"))

    @property
    def is_further(self) -> bool:
        """Return whether this page is not the first."""
        return AFTER in self.params

    @property
    def orders(self) -> list[dict[str, Any]]:
        """Return the orders of the list as links."""
        return [
            {"label": order.label, "url": self.get_query_string({SORT: name}), "selected": name == self.sort}
            for name, order in ORDERS.items()
        ]

    @property
    def kept(self) -> dict[str, str]:
        """The filters in force, as a saved view keeps them."""
        return {name: str(value) for name, value in self.params.items() if name not in {AFTER, OPEN}}


def rows_of(ids: Sequence[int], reader: User) -> list[Row]:
    """Return these tickets as rows, in this order, by three queries."""
    if not ids:
        return []
    found = {row.pk: row for row in _TICKETS.fetch(ids=list(ids))}
    last = {row.ticket_id: row for row in _LAST.fetch(ids=list(ids))}
    read = dict(Reading.objects.filter(user=reader, ticket__in=ids).values_list("ticket_id", "message_id"))
    before, _id, after = reverse("admin:tickets_ticket_change", args=["ID"]).rpartition("ID")
    return [_row(found[pk], f"{before}{pk}{after}", last.get(pk), read, reader) for pk in ids if pk in found]


_SHOWN = ("number", "subject", "status", "priority", "customer_waits_since", "last_message_at", "snoozed_until")
_SLA = ("sla_breached", "sla_due_at", "sla_paused", "sla_remaining_seconds", "sla_warning_at")


def _tickets(ids: list[int]) -> QuerySet[Ticket]:
    """Return these tickets with what a row shows of them."""
    held = Ticket.objects.annotate(is_unassigned=ExpressionWrapper(unassigned(), BooleanField()))
    rows = held.select_related("customer", "assignee").only(*_SHOWN, *_SLA, "customer__name", "assignee__name")
    return rows.filter(AnyOf("pk", ids))


def _last_messages(ids: list[int]) -> QuerySet[Message]:
    """Return the newest public message of each of these tickets, with the beginning of its text as `line`."""
    newest = Message.objects.filter(ticket=OuterRef("pk"), is_internal=False).order_by("-pk").values("pk")[:1]
    wanted = Ticket.objects.filter(AnyOf("pk", ids)).annotate(newest=Subquery(newest)).values("newest")
    rows = Message.objects.filter(pk__in=wanted).select_related("author")
    return rows.only("ticket_id", "author_type", "author__name").annotate(line=Left("body", LINE))


_TICKETS: Prepared[Ticket] = Prepared(_tickets, ids=[-1])
_LAST: Prepared[Message] = Prepared(_last_messages, ids=[-1])


def _row(ticket: Ticket, url: str, message: Any, read: Mapping[int, int], reader: User) -> Row:
    if message is None:
        return Row(ticket, url, "", "", by_customer=False, is_unread=False)
    by_customer = message.author_type == AuthorType.CUSTOMER
    author_type = AuthorType(message.author_type)
    name = author_type.label if author_type in SERVICES else message.author.name
    who = _("You") if message.author_id == reader.pk else name
    unread = by_customer and ticket.status not in DONE and read.get(ticket.pk, 0) < message.pk
    return Row(ticket, url, str(who), " ".join(message.line.split()), by_customer, unread)
