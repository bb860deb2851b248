"""The SLA columns of tickets: written by every operation, the import, the monitor and an edit of the rules alike."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from operator import attrgetter

from django.conf import settings

from core import clock
from core.operation import Insert, rows_as_json, rows_from_json, run_later, write_later
from core.prepared import execute
from tickets import facts
from tickets.facts import Fact
from tickets.models import AuthorType, SlaEvent, Ticket
from tickets.sla.clock import Clock, Cycle, Metric, clock_of, segments_of
from tickets.sla.history import history_of
from tickets.sla.rules import Rules, present_rules
from tickets.states import PAUSED, WORKING, Priority, Status

Kind = SlaEvent.Kind
UNASSIGNED, ACTIVITY, PENDING, SNOOZE = "assignment", "activity", "pending", "snooze"
"""The spells that the monitor tells of, beside the metrics."""

Key = tuple[str, datetime.datetime, str, int]
"""Metric, start of the cycle, kind and number of a stored event."""


@dataclass(frozen=True)
class Due:
    """Something that the monitor has to do for a ticket at a moment."""

    metric: str
    started_at: datetime.datetime
    kind: str
    at: datetime.datetime
    number: int = 0
    cycle: Cycle | None = None

    @property
    def key(self) -> Key:
        return self.metric, self.started_at, self.kind, self.number


@dataclass(frozen=True)
class Computed:
    """A ticket's clock, what is stored of it, and all that is or will be due for it, stored or not."""

    ticket: Ticket
    clock: Clock
    stored: frozenset[Key] = frozenset()
    due: Sequence[Due] = field(default_factory=list)

    def waiting(self) -> list[Due]:
        """Return what is not stored yet, in order of time."""
        return sorted((due for due in self.due if due.key not in self.stored), key=attrgetter("at"))


def recompute_sla(ticket: Ticket) -> list[Due]:
    """Set the SLA columns of a ticket from its history, and store the promises that were fulfilled.

    Every operation that may move them calls this before it saves. Returns the breaches that were stored here, since
    they came to light by their late fulfilment, for the caller to tell.
    """
    [computed] = recompute([ticket], clock.now())
    return store_fulfilled(computed)


def is_late_untold(ticket: Ticket) -> bool:
    """Return whether a promise is late and the monitor has yet to tell of it, as after a change of priority."""
    now = clock.now()
    return bool(ticket.check_at and ticket.check_at < now and ticket.sla_due_at and ticket.sla_due_at < now)


def recompute_new(tickets: Sequence[Ticket], rules: Rules, *, told: bool) -> None:
    """Set the SLA columns of tickets being opened; what came about in them before is `told`, or only stored."""
    now = clock.now()
    for computed in recompute(tickets, now, rules):
        if not told:
            store_past(computed, now)


def recompute(tickets: Sequence[Ticket], now: datetime.datetime, rules: Rules | None = None) -> list[Computed]:
    """Set the SLA columns of tickets as they are at `now`, by at most three statements for all; nothing is saved."""
    rules = rules or present_rules()
    known = facts.of_many(tickets)
    stored = _stored([ticket.pk for ticket in tickets if not facts.is_new(ticket)])
    return [_apply(ticket, known[ticket.pk], stored.get(ticket.pk, frozenset()), rules, now) for ticket in tickets]


_COLUMNS = (
    "id bigint, first_response_due_at timestamptz, next_response_due_at timestamptz, resolution_due_at timestamptz,"
    " sla_due_at timestamptz, sla_warning_at timestamptz, sla_breached boolean, sla_paused boolean,"
    " sla_remaining_seconds int, sla_policy_id bigint, sla_rules_version bigint, check_at timestamptz,"
    " customer_waits_since timestamptz, snoozed_until timestamptz"
)
_NAMES = [column.split()[0] for column in _COLUMNS.split(",")]
_UPDATE = f"""
update tickets_ticket t set {", ".join(f"{name} = u.{name}" for name in _NAMES[1:])}
from {rows_from_json(_COLUMNS)} where t.id = u.id
"""


def save_columns(tickets: Sequence[Ticket]) -> None:
    """Write the SLA columns of locked tickets with what the current operation writes, by one statement for all."""
    rows = [[getattr(ticket, name) for name in _NAMES] for ticket in tickets]
    run_later(_UPDATE, [rows_as_json(_COLUMNS, rows)])


def clock_as_of(ticket: Ticket, now: datetime.datetime) -> Clock:
    """Return a ticket's clock at `now`, with breaches as they were stored; changes nothing."""
    history, terms_of = history_of(ticket.created_at, facts.of(ticket)), present_rules().of(ticket)
    told = clock_of(history, terms_of, now)
    stored = _stored([ticket.pk]).get(ticket.pk, frozenset())
    cycles = _as_stored(ticket, told, stored)
    return replace(told, cycles=cycles, segments=segments_of(history, terms_of, now))


def shown_clock(ticket: Ticket) -> tuple[object, ...]:
    """Return what readers see of a ticket's clock, to be compared."""
    due = ticket.first_response_due_at, ticket.next_response_due_at, ticket.resolution_due_at
    return *due, ticket.sla_breached, ticket.sla_paused


def store_past(computed: Computed, now: datetime.datetime) -> None:
    """Store what came about before `now`, so that nobody is told of it any more."""
    waiting = computed.waiting()
    past = [due for due in waiting if due.at < now and due.kind not in DONE_BY_MONITOR]
    for due in past:
        store(computed.ticket, due)
    computed.ticket.check_at = min((due.at for due in waiting if due not in past), default=None)


def store_fulfilled(computed: Computed) -> list[Due]:
    """Store how fulfilled promises ended, each once; return the breaches among them."""
    ended = [due for due in computed.waiting() if due.cycle and due.cycle.fulfilled_at and due.kind != Kind.WARNING]
    for due in ended:
        store(computed.ticket, due)
    return [due for due in ended if due.kind == Kind.BREACH]


_INSERT = Insert(
    """
    insert into tickets_slaevent
      (ticket_id, metric, started_at, kind, number, at, due_at, target_seconds, elapsed_seconds, priority, policy_id)
    select ticket_id, metric, started_at, kind, number, at, due_at, target_seconds, elapsed_seconds, priority, policy_id
    from {rows} order by n
    on conflict do nothing
    """,
    "ticket_id bigint, metric text, started_at timestamptz, kind text, number smallint, at timestamptz,"
    " due_at timestamptz, target_seconds int, elapsed_seconds int, priority smallint, policy_id bigint",
)


def store(ticket: Ticket, due: Due) -> None:
    """Store that something came about, with what the current operation writes; twice is once."""
    cycle = due.cycle
    write_later(
        _INSERT,
        (
            *(ticket.pk, due.metric, due.started_at, str(due.kind), due.number, due.at),
            cycle.due_at if cycle else None,
            cycle.target if cycle else None,
            int(cycle.elapsed) if cycle else None,
            int(ticket.priority),
            ticket.sla_policy_id,
        ),
    )


def _stored(ids: Sequence[int]) -> dict[int, frozenset[Key]]:
    if not ids:
        return {}
    found: dict[int, set[Key]] = {}
    sql = "select ticket_id, metric, started_at, kind, number from tickets_slaevent where ticket_id = any(%s::bigint[])"
    for ticket_id, *key in execute(sql, [list(ids)]):
        found.setdefault(ticket_id, set()).add(tuple(key))
    return {ticket_id: frozenset(keys) for ticket_id, keys in found.items()}


def _apply(
    ticket: Ticket, known: Sequence[Fact], stored: frozenset[Key], rules: Rules, now: datetime.datetime
) -> Computed:
    terms_of = rules.of(ticket)
    told = clock_of(history_of(ticket.created_at, known), terms_of, max(now, ticket.created_at))
    cycles = _as_stored(ticket, told, stored)
    computed = Computed(ticket, replace(told, cycles=cycles), stored, _due(ticket, known, cycles))
    shown = {metric: computed.clock.present(metric) for metric in Metric}
    open_due = {metric: cycle.due_at if cycle and not cycle.fulfilled_at else None for metric, cycle in shown.items()}
    ticket.first_response_due_at = open_due[Metric.FIRST_RESPONSE]
    ticket.next_response_due_at = open_due[Metric.NEXT_RESPONSE]
    ticket.resolution_due_at = open_due[Metric.RESOLUTION]
    running = [cycle for cycle in shown.values() if cycle and cycle.due_at and not cycle.fulfilled_at]
    next_due = min(running, key=lambda cycle: cycle.due_at or now, default=None)
    ticket.sla_due_at = next_due.due_at if next_due else None
    ticket.sla_warning_at = next_due.warning_at if next_due else None
    ticket.sla_paused = ticket.status in PAUSED
    ticket.sla_breached = any(cycle.breached_at for cycle in cycles) or any(key[2] == Kind.BREACH for key in stored)
    resolution = shown[Metric.RESOLUTION]
    left = resolution.remaining if resolution and ticket.sla_paused and not resolution.fulfilled_at else None
    ticket.sla_remaining_seconds = None if left is None else int(left)
    ticket.sla_policy_id = told.policy_id
    ticket.customer_waits_since = _waits_since(ticket, known)
    ticket.sla_rules_version = rules.version
    waiting = computed.waiting()
    ended = {due for due in waiting if due.cycle and due.cycle.fulfilled_at}
    ticket.check_at = min((due.at for due in waiting if due not in ended), default=None)
    return computed


def _waits_since(ticket: Ticket, known: Sequence[Fact]) -> datetime.datetime | None:
    """Return when the customer wrote what no agent has answered yet; None of a ticket that is over."""
    since = None
    for fact in known if ticket.status in WORKING else ():
        if fact.field == facts.MESSAGE and fact.new == AuthorType.CUSTOMER:
            since = since or fact.at
        elif fact.field == facts.MESSAGE and fact.new == AuthorType.AGENT:
            since = None
    return since


def _as_stored(ticket: Ticket, told: Clock, stored: frozenset[Key]) -> list[Cycle]:
    """Return the promises of a ticket as they were stored; none of a merged one, whose messages stand in its target."""
    return [] if ticket.merged_into_id else [_frozen(cycle, stored) for cycle in told.cycles]


def _frozen(cycle: Cycle, stored: frozenset[Key]) -> Cycle:
    """Return a cycle as it was stored: what was breached or met once stays so, whatever the rules say now."""
    keys = {key[2] for key in stored if key[0] == cycle.metric and key[1] == cycle.started_at}
    if Kind.BREACH in keys:
        return replace(cycle, breached_at=cycle.breached_at or cycle.due_at or cycle.started_at)
    if Kind.MET in keys:
        return replace(cycle, breached_at=None)
    return cycle


def _due(ticket: Ticket, known: Sequence[Fact], cycles: Sequence[Cycle]) -> list[Due]:
    found: list[Due] = []
    for cycle in cycles:
        found += _of_cycle(cycle)
    if ticket.status in WORKING:
        stuck_after = timedelta(hours=settings.SLA["stuck_hours"])
        found.append(Due(ACTIVITY, ticket.last_activity_at, Kind.STUCK, ticket.last_activity_at + stuck_after))
        if ticket.priority == Priority.URGENT and ticket.assignee_id is None:
            since = _since(known, facts.ASSIGNEE, ticket.created_at)
            found.append(Due(UNASSIGNED, since, Kind.URGENT_UNASSIGNED, since))
    if ticket.snoozed_until:
        found.append(Due(SNOOZE, ticket.snoozed_until, WAKE, ticket.snoozed_until))
    since = _since(known, facts.STATUS, ticket.created_at)
    if ticket.status == Status.PENDING:
        found += _of_pending(since)
    if ticket.status == Status.RESOLVED and settings.SLA["close_days"]:
        at = (ticket.resolved_at or since) + timedelta(days=settings.SLA["close_days"])
        found.append(Due(PENDING, since, CLOSE, at))
    return found


RESOLVE, CLOSE, WAKE = "resolve", "close", "wake"
"""What the monitor does to a ticket, beside telling: never stored, since the ticket's own columns say it."""
DONE_BY_MONITOR = frozenset({RESOLVE, CLOSE, WAKE})


def _of_cycle(cycle: Cycle) -> list[Due]:
    key = (str(cycle.metric), cycle.started_at)
    if cycle.breached_at:
        return [Due(*key, Kind.BREACH, cycle.breached_at, cycle=cycle)]
    if cycle.fulfilled_at:
        return [Due(*key, Kind.MET, cycle.fulfilled_at, cycle=cycle)]
    found = []
    if cycle.warning_at:
        found.append(Due(*key, Kind.WARNING, cycle.warning_at, cycle=cycle))
    if cycle.due_at:
        found.append(Due(*key, Kind.BREACH, cycle.due_at, cycle=cycle))
    return found


def _of_pending(since: datetime.datetime) -> list[Due]:
    found = [
        Due(PENDING, since, Kind.REMINDER, since + timedelta(days=days), number)
        for number, days in enumerate(settings.SLA["reminder_days"], start=1)
    ]
    if settings.SLA["resolve_days"]:
        found.append(Due(PENDING, since, RESOLVE, since + timedelta(days=settings.SLA["resolve_days"])))
    return found


def _since(known: Sequence[Fact], field_name: str, created_at: datetime.datetime) -> datetime.datetime:
    """Return when this trait became what it is."""
    return next((fact.at for fact in reversed(known) if fact.field == field_name), created_at)
