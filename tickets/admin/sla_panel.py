"""The SLA clock on a ticket's page: where each promise stands, and the ticket's life by segment."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from core import clock
from tickets.models import SlaPolicy, Ticket
from tickets.sla.clock import Clock, Cycle, Metric, Segment
from tickets.sla.recompute import clock_as_of
from tickets.sla.words import METRICS, STATES, duration
from tickets.states import Status

TONES = {"running": "info", "paused": "warn", "met": "good", "breached": "bad"}
BAR_WIDTH = 1000


@dataclass(frozen=True)
class PromiseRow:
    """One promise as the page shows it."""

    name: Any
    state: Any
    tone: str
    target: str
    elapsed: str
    remaining: str
    due_at: datetime.datetime | None
    is_late: bool


@dataclass(frozen=True)
class SegmentRow:
    """One stretch of the ticket's life: its place in the bar, and its words."""

    x: int
    width: int
    state: str
    cause: Any
    start: datetime.datetime
    seconds: str


@dataclass(frozen=True)
class Panel:
    policy: SlaPolicy
    promises: list[PromiseRow]
    segments: list[SegmentRow]
    warns: bool


def panel_of(ticket: Ticket) -> Panel | None:
    """Return what the page shows of the clock; None when nothing is promised for this ticket."""
    if ticket.sla_policy_id is None:
        return None
    now = clock.now()
    told = clock_as_of(ticket, now)
    shown = [cycle for metric in Metric if (cycle := told.present(metric))]
    rows = [_promise(cycle, now) for cycle in shown]
    policy = SlaPolicy.objects.filter(pk=ticket.sla_policy_id).first()
    if policy is None or not rows:
        return None
    warns = any(cycle.is_open and cycle.warning_at and cycle.warning_at <= now for cycle in shown)
    return Panel(policy, rows, _segments(told), warns)


def _promise(cycle: Cycle, now: datetime.datetime) -> PromiseRow:
    warns = cycle.is_open and cycle.warning_at is not None and cycle.warning_at <= now
    return PromiseRow(
        METRICS[cycle.metric],
        STATES[cycle.state],
        "warn" if warns else TONES[cycle.state],
        duration(cycle.target),
        duration(cycle.elapsed),
        duration(cycle.remaining),
        None if cycle.fulfilled_at else cycle.due_at,
        cycle.breached_at is not None,
    )


def _segments(told: Clock) -> list[SegmentRow]:
    if not told.segments:
        return []
    start, end = told.segments[0].start, told.segments[-1].end
    whole = max((end - start).total_seconds(), 1.0)

    def place(at: datetime.datetime) -> int:
        return round((at - start).total_seconds() / whole * BAR_WIDTH)

    return [
        SegmentRow(
            place(each.start),
            max(place(each.end) - place(each.start), 1),
            str(each.state),
            _cause(each),
            each.start,
            duration(each.seconds),
        )
        for each in told.segments
    ]


def _cause(segment: Segment) -> Any:
    return STATES_OF.get(segment.cause, segment.cause)


STATES_OF: dict[str, Any] = {str(status): status.label for status in Status}
