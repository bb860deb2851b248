"""The home page: what this person can do here, a few figures, and the newest acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import CUSTOMER_ROLES, User
from audit.admin import EntryAdmin
from audit.models import Entry
from audit.words import action_words, actor_name, actor_words, kind_words
from chat.models import Session
from chat.states import Status
from core.admin import CappedPaginator
from tickets.models import Ticket
from tickets.querysets import TicketQuerySet
from tickets.states import RUNNING, WORKING

NEWEST = 8


class Figure(NamedTuple):
    """A tile: rows that one look counts, and where it leads; for those who hold the right."""

    label: str | Promise
    right: str
    page: str
    query: str
    rows: Callable[[Any], QuerySet[Any]]


def _tickets(user: Any, **condition: Any) -> TicketQuerySet:
    return Ticket.objects.visible_to(user).filter(**condition)


FIGURES = (
    Figure(
        _("My tickets"),
        "support.tickets.view",
        "tickets_ticket",
        "view=mine",
        lambda user: _tickets(user, assignee_id=user.pk, status__in=WORKING),
    ),
    Figure(
        _("Unassigned tickets"),
        "support.tickets.view",
        "tickets_ticket",
        "view=unassigned",
        lambda user: _tickets(user, status__in=WORKING).unassigned(),
    ),
    Figure(
        _("Open and in progress"),
        "support.tickets.view",
        "tickets_ticket",
        "view=open",
        lambda user: _tickets(user, status__in=RUNNING),
    ),
    Figure(
        _("Waiting chats"),
        "support.chat.view",
        "chat_session",
        "status=waiting",
        lambda user: Session.objects.visible_to(user).filter(status=Status.WAITING),
    ),
    Figure(
        _("Customers"),
        "support.customers.manage",
        "accounts_user",
        "kind=customers",
        lambda user: User.objects.filter(role__in=CUSTOMER_ROLES),
    ),
    Figure(
        _("Actions today"),
        "support.audit.view",
        "audit_entry",
        "",
        lambda user: Entry.objects.filter(created_at__gte=_today()),
    ),
)


@dataclass(frozen=True)
class Tile:
    label: str
    value: str
    url: str


def context(request: HttpRequest) -> dict[str, Any]:
    """What the home page shows beyond the navigation."""
    user = request.user
    return {
        "title": _("Home"),
        "tiles": [_tile(figure, user) for figure in FIGURES if user.has_perm(figure.right)],
        "newest": _newest(user),
        "audit_url": reverse("admin:audit_entry_changelist"),
    }


def _tile(figure: Figure, user: Any) -> Tile:
    url = reverse(f"admin:{figure.page}_changelist")
    # To the cap of the lists and no further: the home page stays quick on any number of rows.
    count = figure.rows(user).order_by()[: CappedPaginator.cap].count()
    value = f"{number_format(count, force_grouping=True)}{'+' if count == CappedPaginator.cap else ''}"
    return Tile(str(figure.label), value, f"{url}?{figure.query}" if figure.query else url)


def _newest(user: Any) -> list[dict[str, Any]]:
    if not user.has_perm(EntryAdmin.view_right):
        return []
    rows = Entry.objects.select_related("detail").order_by("-pk")[:NEWEST]
    return [
        {
            "url": reverse("admin:audit_entry_change", args=[row.pk]),
            "act": action_words(row.action),
            "kind": kind_words(row.entity_type),
            "name": row.detail.entity_name if hasattr(row, "detail") else row.entity_id,
            "actor": _actor(row),
            "at": row.created_at,
        }
        for row in rows
    ]


def _actor(row: Entry) -> str:
    name = row.detail.actor_name if hasattr(row, "detail") else ""
    return actor_name(row.actor_model, name) or actor_words(row.actor_model)


def _today() -> Any:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
