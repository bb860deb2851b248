"""New work given out by the rules of teams, and taken back from agents who went away."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core.errors import Invalid, NotFound
from core.operation import operation
from tickets import notices
from tickets.assigning.models import MOST_CAPACITY, AssignmentRule
from tickets.models import AuthorType, Change, Message, Ticket
from tickets.operations import lookups
from tickets.operations.fields import assign
from tickets.operations.turns import in_turn, rules_exist, wake_assigning
from tickets.policies import SETTINGS, refuse_unless
from tickets.states import RUNNING
from tickets.unassigned import REPLY, left_behind


@dataclass(frozen=True)
class RuleValues:
    """A rule as it is saved."""

    is_active: bool = False
    capacity: int = 10
    with_chats: bool = False
    gives_back: bool = False


@operation
def save_rule(rule_id: int | None, values: RuleValues, *, team_id: int | None, by: User) -> AssignmentRule:
    """Make a rule for a team, or for tickets of none, or change one. Raises Forbidden, NotFound or Invalid."""
    refuse_unless(by, SETTINGS)
    rule = _locked(rule_id) if rule_id else AssignmentRule()
    if not 1 <= values.capacity <= MOST_CAPACITY:
        raise Invalid(fields={"capacity": [_("From 1 to %(most)s.") % {"most": MOST_CAPACITY}]})
    old = _facts(rule) if rule_id else {}
    rule.team = rule.team if rule_id and rule.team_id == team_id else lookups.team(team_id)
    for name, value in asdict(values).items():
        setattr(rule, name, value)
    new = _facts(rule)
    if old == new:
        return rule
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError:
        raise Invalid(fields={"team": [_("This team has a rule already.")]}) from None
    record("ASSIGNMENT_RULE_UPDATED" if rule_id else "ASSIGNMENT_RULE_CREATED", rule, by=by, old=old, new=new)
    rules_exist(anew=True)
    wake_assigning()
    return rule


def _locked(rule_id: int) -> AssignmentRule:
    rule = AssignmentRule.objects.select_for_update(no_key=True, of=("self",)).filter(pk=rule_id).first()
    if rule is None:
        raise NotFound
    return rule


def _facts(rule: AssignmentRule) -> dict[str, object]:
    return {
        "teamId": str(rule.team_id) if rule.team_id else None,
        "isActive": rule.is_active,
        "capacity": rule.capacity,
        "withChats": rule.with_chats,
        "givesBack": rule.gives_back,
    }


@operation
def give_tickets(rule_id: int, most: int, *, by: User) -> int:
    """Give waiting tickets of a rule to agents in turn, at most so many; return how many.

    The urgent come first, then the oldest. Agents and tickets that somebody else holds at this moment are left to them,
    so that rounds side by side give no ticket twice and nobody more than the rule's capacity.
    """
    rule = AssignmentRule.objects.filter(pk=rule_id, is_active=True).first()
    if rule is None:
        return 0
    turns = _with_room(in_turn(User.objects.with_right(REPLY), rule.team), rule.capacity)
    waiting = Ticket.objects.filter(team=rule.team_id, assignee=None, status__in=RUNNING)
    given = 0
    for ticket_id in _first(waiting, min(most, sum(room for _agent, room in turns))):
        agent, room = turns.popleft()
        assign(ticket_id, agent_id=agent.pk, by=by)
        given += 1
        if room > 1:
            turns.append((agent, room - 1))
    return given


def _with_room(agents: list[User], capacity: int) -> deque[tuple[User, int]]:
    """Return agents with how many tickets more each may be given, in the same order; counted under their locks."""
    held = Ticket.objects.filter(assignee__in=agents, status__in=RUNNING).values("assignee").annotate(n=Count("pk"))
    counts = Counter({row["assignee"]: row["n"] for row in held.order_by()})
    return deque((agent, capacity - counts[agent.pk]) for agent in agents if counts[agent.pk] < capacity)


def _first(tickets: QuerySet[Ticket], most: int) -> list[int]:
    if most < 1:
        return []
    rows = tickets.order_by("-priority", "created_at", "pk")
    locked = rows.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return list(locked.values_list("pk", flat=True)[:most])


@operation
def take_back(most: int, *, by: User) -> int:
    """Take unanswered tickets from agents who went away or can answer no more, where a rule says so; return how many.

    What was given to them after they went stays. Where nobody is given tickets by itself, those who may take them are
    told.
    """
    rules = {rule.team_id: rule for rule in AssignmentRule.objects.filter(gives_back=True)}
    ids = _first(_abandoned(rules), most) if rules else []
    of_agents: dict[User, list[Ticket]] = defaultdict(list)
    for ticket in Ticket.objects.filter(pk__in=ids).select_related("assignee").order_by("pk"):
        if ticket.assignee and not rules[ticket.team_id].is_active:
            of_agents[ticket.assignee].append(ticket)
        assign(ticket.pk, agent_id=None, by=by)
    for agent, left in of_agents.items():
        notices.left_behind(agent, left, by)
    return len(ids)


def _abandoned(rules: dict[int | None, AssignmentRule]) -> QuerySet[Ticket]:
    unable = User.objects.without_right(REPLY)
    absent = User.objects.with_right(REPLY).exclude(away_since=None)
    gone = [*unable.values_list("pk", flat=True), *absent.values_list("pk", flat=True)]
    given_since = Change.objects.filter(
        ticket=OuterRef("pk"), field="assignee", at__gte=OuterRef("assignee__away_since")
    )
    away = Q(assignee__away_since__isnull=False) & ~Q(Exists(given_since))
    said = Message.objects.filter(ticket=OuterRef("pk"), is_internal=False).order_by("-pk")
    rows = Ticket.objects.filter(assignee__in=gone, status__in=RUNNING).annotate(
        last_author=Subquery(said.values("author_type")[:1])
    )
    of_teams = Q(team__in=[team for team in rules if team]) | (Q(team=None) if None in rules else Q(pk=None))
    return rows.filter(of_teams, away | left_behind(), last_author=AuthorType.CUSTOMER)
