"""Tickets whose agent can answer them no more: those who may take them are told, once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from accounts.models import TeamDeparture, User
from core.operation import operation
from tickets import events, notices
from tickets.models import LeftBehind, Ticket
from tickets.states import WORKING
from tickets.unassigned import REPLY, left_behind


@operation
def tell_left_behind(most: int, *, by: User) -> int:
    """Tell of tickets that an agent left behind, at most so many, and forget those that somebody has; return how many.

    Tickets that others hold locked are left for the next time.
    """
    still = Ticket.objects.filter(left_behind(), pk=OuterRef("pk"), assignee=OuterRef("agent"), status__in=WORKING)
    LeftBehind.objects.filter(~Exists(still)).delete()
    ids = _untold(most)
    tickets = list(Ticket.objects.complete().filter(pk__in=ids).order_by("pk"))
    LeftBehind.objects.bulk_create([LeftBehind(ticket=ticket, agent_id=ticket.assignee_id) for ticket in tickets])
    of_agents: dict[User, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        if ticket.assignee:
            of_agents[ticket.assignee].append(ticket)
        events.ticket_updated(ticket, public=False)
    for agent, left in of_agents.items():
        notices.left_behind(agent, left, by)
    return len(tickets)


def _untold(most: int) -> Sequence[int]:
    """Lock the tickets and return their ids, found by the few agents that may have left some behind."""
    unable = User.objects.without_right(REPLY).values_list("pk", flat=True)
    left = TeamDeparture.objects.values_list("user_id", flat=True).distinct()
    told = LeftBehind.objects.filter(ticket=OuterRef("pk"), agent=OuterRef("assignee_id"))
    rows = Ticket.objects.filter(Q(left_behind()), ~Exists(told), assignee__in=[*unable, *left], status__in=WORKING)
    locked = rows.order_by("pk").select_for_update(no_key=True, skip_locked=True, of=("self",))
    return list(locked.values_list("pk", flat=True)[:most])
