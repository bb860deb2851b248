"""A draft of the rules run over real history: what would have been met and missed, against what was."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.db import transaction

from core.days import site_zone
from tickets import facts
from tickets.models import SlaEvent, Ticket
from tickets.sla.calendar import Calendar
from tickets.sla.clock import Metric, clock_of
from tickets.sla.history import history_of
from tickets.sla.recompute import recompute
from tickets.sla.rules import PolicyTerms, Rules, read_rules
from tickets.states import DONE

BATCH = 500
Group = tuple[str, Any]
"""`team`, `priority` or `week`, and the id, the rank, or the Sunday with which the week begins; `all` has None."""


@dataclass
class Tally:
    """Count promises that were met and missed, and that would have been."""

    was_met: int = 0
    was_missed: int = 0
    would_meet: int = 0
    would_miss: int = 0

    @property
    def was_percent(self) -> int | None:
        return _percent(self.was_met, self.was_missed)

    @property
    def would_percent(self) -> int | None:
        return _percent(self.would_meet, self.would_miss)


def _percent(met: int, missed: int) -> int | None:
    return round(100 * met / (met + missed)) if met + missed else None


@dataclass
class Simulation:
    """Hold a simulation's result: tallies by group, the number of tickets looked at, and what applying would move."""

    tickets: int = 0
    tallies: dict[Group, Tally] = field(default_factory=dict)
    moves: Counter[str] = field(default_factory=Counter)

    def of(self, kind: str) -> list[tuple[Any, Tally]]:
        """Return the groups of one kind in order, that of no team last."""
        found = [(key, tally) for (each, key), tally in self.tallies.items() if each == kind]
        return sorted(found, key=lambda row: (row[0] is None, row[0]))


def draft_of(apply: Callable[[], object]) -> Rules:
    """Return the rules as they would be after `apply`, an edit by operations, and undo it; Problem when refused."""
    with transaction.atomic():
        apply()
        rules = read_rules()
        transaction.set_rollback(True)
    return rules


def simulate(
    draft: Rules,
    days: int,
    now: datetime.datetime,
    *,
    most: int | None = None,
    tell: Callable[[int], object] = lambda done: None,
) -> Simulation:
    """Run a draft over the tickets opened in the last `days`, the newest `most` of them; nothing is saved.

    Past tickets are judged as if the latest versions of the draft had counted all along. `tell` hears of the progress.
    """
    found, rules = Simulation(), _all_along(draft)
    since = now - timedelta(days=days)
    for tickets in _batches(Ticket.objects.filter(created_at__gte=since, merged_into=None), most):
        _add_was(found, tickets)
        _add_would(found, tickets, rules, now)
        found.tickets += len(tickets)
        tell(found.tickets)
    for tickets in _batches(Ticket.objects.exclude(status__in=[*DONE]), most):
        _add_moves(found, tickets, draft, now)
    return found


def _batches(rows: Any, most: int | None) -> Iterator[list[Ticket]]:
    ids = list(rows.order_by("-pk").values_list("pk", flat=True)[:most])
    for first in range(0, len(ids), BATCH):
        yield list(Ticket.objects.filter(pk__in=ids[first : first + BATCH]).defer("description"))


def _all_along(rules: Rules) -> Rules:
    """Return rules whose latest versions count from the beginning."""
    policies = [(pk, [_first(versions[0])] if versions else []) for pk, versions in rules.policies]
    return Rules(rules.version, policies)


def _first(version: PolicyTerms) -> PolicyTerms:
    terms = replace(version.terms, calendar=_latest(version.terms.calendar))
    return replace(version, counts_from=None, terms=terms)


def _latest(calendar: Calendar) -> Calendar:
    if not calendar.changes:
        return calendar
    return Calendar(calendar.zone, calendar.changes[-1][1], calendar.holidays, calendar.overrides)


def _groups(ticket: Ticket, started_at: datetime.datetime) -> list[Group]:
    day = started_at.astimezone(site_zone()).date()
    sunday = day - timedelta(days=day.isoweekday() % 7)
    return [("all", None), ("team", ticket.team_id), ("priority", ticket.priority), ("week", sunday)]


def _count(found: Simulation, ticket: Ticket, started_at: datetime.datetime, name: str) -> None:
    for group in _groups(ticket, started_at):
        tally = found.tallies.setdefault(group, Tally())
        setattr(tally, name, getattr(tally, name) + 1)


def _add_was(found: Simulation, tickets: Sequence[Ticket]) -> None:
    """Count what is stored, each promise once."""
    by_id = {ticket.pk: ticket for ticket in tickets}
    kinds = {SlaEvent.Kind.MET: "was_met", SlaEvent.Kind.BREACH: "was_missed"}
    rows = SlaEvent.objects.filter(ticket_id__in=by_id, kind__in=[*kinds], metric__in=[*Metric])
    for ticket_id, started_at, kind in rows.values_list("ticket_id", "started_at", "kind"):
        _count(found, by_id[ticket_id], started_at, kinds[SlaEvent.Kind(kind)])


def _add_would(found: Simulation, tickets: Sequence[Ticket], rules: Rules, now: datetime.datetime) -> None:
    known = facts.of_many(tickets)
    for ticket in tickets:
        told = clock_of(history_of(ticket.created_at, known[ticket.pk]), rules.of(ticket), now)
        for cycle in told.cycles:
            if not cycle.is_open:
                _count(found, ticket, cycle.started_at, "would_meet" if cycle.is_met else "would_miss")


def _add_moves(found: Simulation, tickets: Sequence[Ticket], draft: Rules, now: datetime.datetime) -> None:
    """Count the open tickets whose next due time would be another, by what becomes of it."""
    before = {ticket.pk: (ticket.sla_due_at, ticket.sla_policy_id) for ticket in tickets}
    for computed in recompute(tickets, now, draft):
        due_at, policy_id = before[computed.ticket.pk]
        found.moves["open"] += 1
        found.moves["policy"] += policy_id != computed.ticket.sla_policy_id
        found.moves[_move(due_at, computed.ticket.sla_due_at)] += 1
        found.moves["missed"] += any(due.kind == SlaEvent.Kind.BREACH and due.at < now for due in computed.waiting())


def _move(old: datetime.datetime | None, new: datetime.datetime | None) -> str:
    if old == new:
        return "same"
    if old is None or new is None:
        return "begins" if old is None else "ends"
    return "earlier" if new < old else "later"
