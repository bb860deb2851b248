"""Tickets that nobody holds: without an assignee, or open with one who can answer them no more."""

from __future__ import annotations

from functools import cache

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import TeamDeparture, User
from tickets.states import WORKING

REPLY = "tickets.reply"
# The fields of facts (tickets.facts) after which a ticket was given anew, to whoever left its team before.
_GIVEN_BY = ("assignee", "team")


# Conditions are costly to make and are resolved anew for each query, so that all may share them.
@cache
def unassigned() -> Q:
    """Return the condition: no assignee, or open and `left_behind`. The row keeps who had it."""
    return Q(assignee=None) | Q(left_behind(), status__in=WORKING)


@cache
def left_behind() -> Q:
    """Return the condition that the assignee is disabled, has lost the reply right, or has left the ticket's team."""
    return Q(assignee__in=User.objects.without_right(REPLY).values("pk")) | Q(Exists(_departure()))


def _departure() -> QuerySet[TeamDeparture]:
    """Return the assignee's departure from the ticket's team, unless it was given to them since."""
    changes = apps.get_model("tickets", "Change").objects.filter(
        ticket=OuterRef(OuterRef("pk")), field__in=_GIVEN_BY, at__gte=OuterRef("left_at")
    )
    return TeamDeparture.objects.filter(~Exists(changes), team=OuterRef("team_id"), user=OuterRef("assignee_id"))
