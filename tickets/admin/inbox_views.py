"""The views beside the inbox: those one goes to all day, and saved ones, each with how many tickets stand in it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import TeamMembership, User
from core import clock
from tickets.models import SavedView
from tickets.queries import tickets_for
from tickets.states import DONE, PAUSED, RUNNING, WORKING, Status
from tickets.unassigned import unassigned

SOON = datetime.timedelta(hours=1)
AWAKE = Q(snoozed_until=None)


class View(NamedTuple):
    label: str | Promise
    condition: Callable[[User], Q]
    is_counted: bool = True


def _mine(user: User) -> Q:
    return AWAKE & Q(assignee_id=user.pk, status__in=WORKING)


def _unassigned(user: User) -> Q:
    return AWAKE & unassigned() & Q(status__in=WORKING)


def _of_my_teams(user: User) -> Q:
    return AWAKE & Q(team__in=TeamMembership.objects.filter(user=user).values("team"), status__in=WORKING)


def _breaching(user: User) -> Q:
    """Late, or late within the hour."""
    return Q(Q(sla_breached=True) | Q(sla_due_at__lte=clock.now() + SOON), status__in=RUNNING)


VIEWS: dict[str, View] = {
    "todo": View(_("To do"), lambda user: _mine(user) | _unassigned(user)),
    "mine": View(_("Mine"), _mine),
    "unassigned": View(_("Unassigned"), _unassigned),
    "team": View(_("My teams"), _of_my_teams),
    "breaching": View(_("Late or nearly"), _breaching),
    "waiting": View(_("Waiting for the customer"), lambda user: Q(status=Status.PENDING)),
    "snoozed": View(_("Put aside"), lambda user: Q(snoozed_until__isnull=False, status__in=WORKING)),
    "open": View(_("Open and in progress"), lambda user: Q(status__in=RUNNING)),
    "pending": View(_("Waiting"), lambda user: Q(status__in=PAUSED)),
    "resolved": View(_("Resolved and closed"), lambda user: Q(status__in=DONE), is_counted=False),
    "all": View(_("All"), lambda user: Q(), is_counted=False),
}
FIRST = "todo"
SHOWN = ("todo", "mine", "unassigned", "team", "breaching", "waiting", "snoozed", "resolved", "all")


@dataclass(frozen=True)
class Link:
    """A view as the page shows it; `view_id` of a saved one that this person may remove."""

    label: str
    url: str
    count: int | None
    is_here: bool
    view_id: int | None = None
    is_shared: bool = False


def links_of(user: User, here: str, kept: dict[str, str]) -> list[Link]:
    """Return the fixed views, counted by one query."""
    counts = counts_of(user)
    plain = set(kept) <= {"view", "sort"}
    return [Link(str(VIEWS[slug].label), f"?view={slug}", counts.get(slug), plain and slug == here) for slug in SHOWN]


def counts_of(user: User) -> dict[str, int]:
    """Return how many tickets stand in each view, by one query over those that are not over."""
    counted = {slug: Count("pk", filter=view.condition(user)) for slug, view in VIEWS.items() if view.is_counted}
    return dict(tickets_for(user).filter(status__in=WORKING).order_by().aggregate(**counted))


def saved_links_of(user: User, kept: dict[str, str]) -> list[Link]:
    """Return one's own saved views and the shared ones, by name."""
    rows = SavedView.objects.filter(Q(owner=user) | Q(is_shared=True)).order_by("name", "pk")
    return [
        Link(
            row.name,
            f"?{urlencode(row.parameters)}",
            None,
            row.parameters == kept,
            row.pk if row.owner_id == user.pk else None,
            row.is_shared,
        )
        for row in rows
    ]


def default_view(parameters: Any) -> str:
    """Return the view of an address without one: the work, or all where something is filtered or looked for."""
    return FIRST if set(parameters) <= {"sort", "after", "open", "o", "p", "e"} else "all"
