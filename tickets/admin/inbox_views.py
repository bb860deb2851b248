"""The views beside the inbox: those one goes to all day, and saved ones, each with how many tickets stand in it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import TeamMembership, User
from core import clock
from core.database.compiled import Prepared
from tickets.models import SavedView, Ticket
from tickets.queries import sees_all, tickets_for
from tickets.states import DONE, PAUSED, RUNNING, WORKING, Status
from tickets.unassigned import unassigned

SOON = datetime.timedelta(hours=1)
AWAKE = Q(snoozed_until=None)


class View(NamedTuple):
    """A view: `condition` of the id of its reader and of the time until which a ticket is nearly late."""

    label: str | Promise
    condition: Callable[[int, datetime.datetime], Q]
    is_counted: bool = True

    def of(self, user: User) -> Q:
        """Return the condition of this person's tickets in it, as of now."""
        return self.condition(user.pk, clock.now() + SOON)


def _mine(user_id: int, soon: datetime.datetime) -> Q:
    return AWAKE & Q(assignee_id=user_id, status__in=WORKING)


def _unassigned(user_id: int, soon: datetime.datetime) -> Q:
    return AWAKE & unassigned() & Q(status__in=WORKING)


def _of_my_teams(user_id: int, soon: datetime.datetime) -> Q:
    return AWAKE & Q(team__in=TeamMembership.objects.filter(user=user_id).values("team"), status__in=WORKING)


def _breaching(user_id: int, soon: datetime.datetime) -> Q:
    """Late, or late within the hour."""
    return Q(Q(sla_breached=True) | Q(sla_due_at__lte=soon), status__in=RUNNING)


VIEWS: dict[str, View] = {
    "todo": View(_("To do"), lambda user_id, soon: _mine(user_id, soon) | _unassigned(user_id, soon)),
    "mine": View(_("Mine"), _mine),
    "unassigned": View(_("Unassigned"), _unassigned),
    "team": View(_("My teams"), _of_my_teams),
    "breaching": View(_("Late or nearly"), _breaching),
    "waiting": View(_("Waiting for the customer"), lambda user_id, soon: Q(status=Status.PENDING)),
    "snoozed": View(_("Put aside"), lambda user_id, soon: Q(snoozed_until__isnull=False, status__in=WORKING)),
    "open": View(_("Open and in progress"), lambda user_id, soon: Q(status__in=RUNNING)),
    "pending": View(_("Waiting"), lambda user_id, soon: Q(status__in=PAUSED)),
    "resolved": View(_("Resolved and closed"), lambda user_id, soon: Q(status__in=DONE), is_counted=False),
    "all": View(_("All"), lambda user_id, soon: Q(), is_counted=False),
}
FIRST = "todo"
SHOWN = ("todo", "mine", "unassigned", "team", "breaching", "waiting", "snoozed", "resolved", "all")
TABS = 3


@dataclass(frozen=True)
class Link:
    """A view as the page shows it; `view_id` of a saved one that this person may remove."""

    label: str
    url: str
    count: int | None
    is_here: bool
    view_id: int | None = None
    is_shared: bool = False
    is_saved: bool = False


def links_of(user: User, here: str, kept: dict[str, str]) -> list[Link]:
    """Return the fixed views, counted by one query."""
    counts = counts_of(user)
    plain = set(kept) <= {"view", "sort"}
    return [Link(str(VIEWS[slug].label), f"?view={slug}", counts.get(slug), plain and slug == here) for slug in SHOWN]


def counts_of(user: User) -> dict[str, int]:
    """Return how many tickets stand in each view, by one query over those that are not over."""
    soon = clock.now() + SOON
    if sees_all(user):
        found = _OF_ALL.fetch(user_id=user.pk, soon=soon)
    else:
        found = list(_counted(tickets_for(user), user.pk, soon))  # no row for who may see no ticket at all
    counts = found[0] if found else {}
    return {slug: counts.get(slug, 0) for slug, view in VIEWS.items() if view.is_counted}


def _counted(tickets: QuerySet[Ticket], user_id: int, soon: datetime.datetime) -> QuerySet[Ticket, Any]:
    """Return the counts of these tickets as one row."""
    counted = {slug: view.condition(user_id, soon) for slug, view in VIEWS.items() if view.is_counted}
    counts = {slug: Count("pk", filter=condition) for slug, condition in counted.items()}
    return tickets.filter(status__in=WORKING).order_by().values(all=Value(1)).annotate(**counts)


_OF_ALL: Prepared[Any] = Prepared(
    lambda user_id, soon: _counted(Ticket.objects.all(), user_id, soon),
    user_id=-1,
    soon=datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC),
)


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
            is_saved=True,
        )
        for row in rows
    ]


def shown_views(fixed: list[Link], saved: list[Link]) -> dict[str, Any]:
    """Return the views as the page shows them: the first as tabs, which fit a narrow list, the others in a menu."""
    further = [*fixed[TABS:], *saved]
    here = next((link for link in further if link.is_here), None)
    return {"views": fixed[:TABS], "further_views": further, "further_here": here, "saved_views": saved}


def default_view(parameters: Any) -> str:
    """Return the view of an address without one: the work, or all where something is filtered or looked for."""
    return FIRST if set(parameters) <= {"sort", "after", "open", "o", "p", "e"} else "all"
