"""Say whose turn it is: when agents were last given something, and the wake-up of those who give."""

from __future__ import annotations

import datetime
import time

from django.db.models import F, Q, QuerySet

from accounts.models import Availability, Team, User
from core.operation import run_later, wake_after_commit
from tickets.assigning.models import AssignmentRule

# Fields whose change makes a ticket wait for an agent, or gives an agent room.
CONCERNED = frozenset({"status", "assignee_id", "team_id"})
_TOOK = """
insert into tickets_agentturn (agent_id, given_at) values (%s::bigint, %s::timestamptz)
on conflict (agent_id) do update set given_at = greatest(tickets_agentturn.given_at, excluded.given_at)
"""


def took(agent_id: int, at: datetime.datetime) -> None:
    """Remember that an agent was given something, at the end of the operation under way."""
    run_later(_TOOK, [agent_id, at])


_KNOWN_SECONDS = 5.0
_known = (0.0, False)


def rules_exist(*, anew: bool = False) -> bool:
    """Return whether any rule gives or takes, asked at most every five seconds: most installations have none."""
    global _known
    until, found = _known
    if anew or time.monotonic() > until:
        found = AssignmentRule.objects.filter(Q(is_active=True) | Q(with_chats=True) | Q(gives_back=True)).exists()
        _known = (time.monotonic() + _KNOWN_SECONDS, found)
    return found


def wake_assigning() -> None:
    """Have the assignment rules looked at once this operation is committed, if there are any."""
    if rules_exist():
        wake_after_commit("tickets.assigning.run.run_all")


def in_turn(agents: QuerySet[User], team: Team | None) -> list[User]:
    """Lock and return those of these agents who are available, who has waited longest first.

    Agents whom another round or acceptance holds at this moment are left out: their room is not known yet.
    """
    here = agents.filter(availability=Availability.AVAILABLE)
    if team is not None:
        here = here.filter(memberships__team=team)
    rows = here.annotate(given_at=F("turn__given_at")).order_by(F("given_at").asc(nulls_first=True), "pk")
    return list(rows.select_for_update(no_key=True, skip_locked=True, of=("self",)))
