"""The home page: what this person can do here, a few figures, and the newest acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import CUSTOMER_ROLES, STAFF_ROLES, Team, User
from audit.admin import EntryAdmin
from audit.models import Entry
from audit.words import action_words, kind_words

NEWEST = 8


class Figure(NamedTuple):
    """A tile: a count that one look takes in, and where it leads."""

    label: str | Promise
    right: str
    page: str
    query: str
    count: Callable[[Any], int]


FIGURES = (
    Figure(
        _("Customers"),
        "support.customers.manage",
        "accounts_user",
        "kind=customers",
        lambda user: User.objects.filter(role__in=CUSTOMER_ROLES, is_active=True).count(),
    ),
    Figure(
        _("Staff"),
        "support.users.manage",
        "accounts_user",
        "kind=staff&is_active__exact=1",
        lambda user: User.objects.filter(role__in=STAFF_ROLES, is_active=True).count(),
    ),
    Figure(
        _("Teams"),
        "support.users.manage",
        "accounts_team",
        "",
        lambda user: Team.objects.filter(is_active=True).count(),
    ),
    Figure(
        _("Actions today"),
        "support.audit.view",
        "audit_entry",
        "",
        lambda user: Entry.objects.filter(created_at__gte=_today()).count(),
    ),
)


@dataclass(frozen=True)
class Tile:
    label: str
    value: int
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
    return Tile(str(figure.label), figure.count(user), f"{url}?{figure.query}" if figure.query else url)


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
            "actor": row.detail.actor_name if hasattr(row, "detail") else "",
            "at": row.created_at,
        }
        for row in rows
    ]


def _today() -> Any:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
