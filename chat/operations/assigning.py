"""Waiting chats given to agents in turn, where the rule of a team says so."""

from __future__ import annotations

from collections import Counter, deque

from django.conf import settings
from django.db.models import Count

from accounts.models import User
from chat.models import Session
from chat.operations.queue import transfer
from chat.states import Status
from core.operation import operation
from realtime.places import connected
from tickets.assigning.models import AssignmentRule
from tickets.operations.turns import in_turn


@operation
def give_chats(rule_id: int, *, by: User) -> int:
    """Give waiting chats, in the order of the queue, to agents of a rule who are here and have room; return how many.

    Agents and chats that somebody else holds at this moment are left to them.
    """
    rule = AssignmentRule.objects.filter(pk=rule_id, with_chats=True).first()
    waiting = Session.objects.waiting()
    if rule is None or not waiting.exists():
        return 0
    agents = in_turn(User.objects.with_right("chat.accept"), rule.team)
    here = connected([agent.pk for agent in agents])
    turns = _with_room([agent for agent in agents if agent.pk in here])
    rows = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",))
    sessions = list(rows.values_list("pk", flat=True)[: sum(room for _agent, room in turns)]) if turns else []
    for session_id in sessions:
        agent, room = turns.popleft()
        transfer(session_id, agent_id=agent.pk, by=by)
        if room > 1:
            turns.append((agent, room - 1))
    return len(sessions)


def _with_room(agents: list[User]) -> deque[tuple[User, int]]:
    """Return agents with how many chats more each may take, in the same order."""
    held = Session.objects.filter(agent__in=agents, status=Status.ACTIVE).values("agent").annotate(n=Count("pk"))
    counts, most = Counter({row["agent"]: row["n"] for row in held.order_by()}), settings.CHAT["capacity"]
    return deque((agent, most - counts[agent.pk]) for agent in agents if counts[agent.pk] < most)
