"""The SLA clock of a ticket: one pure function from its history, the policies that count and the present moment.

What the words mean is said in docs/sla.md. Moments are UTC, durations are seconds of the policy's calendar.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tickets.sla.calendar import Calendar
from tickets.states import DONE, PAUSED, RUNNING

Moment = datetime.datetime
Run = tuple[Moment, Moment | None]
"""A stretch in which a clock runs; one without an end runs still."""


class Metric(StrEnum):
    """Hold what is promised to a customer."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


@dataclass(frozen=True)
class Terms:
    """The targets that a policy sets for tickets, in seconds of `calendar`, by metric and priority.

    A metric without a target is not promised. A warning is due when `warning_percent` of the target has passed.
    """

    calendar: Calendar
    targets: Mapping[tuple[Metric, int], int]
    warning_percent: int = 80
    policy_id: int | None = None


@dataclass(frozen=True)
class Traits:
    """Hold what decides which terms count, as it stood from one moment on."""

    priority: int
    category_id: int | None = None
    team_id: int | None = None


@dataclass(frozen=True)
class History:
    """Hold what became of a ticket, each list in order of time, the first of `statuses` and `traits` at `created_at`.

    `replies` are the public messages of people after the opening one: when, and whether by the customer. `merged` are
    the stretches in which the ticket was a merged source.
    """

    created_at: Moment
    statuses: Sequence[tuple[Moment, str]]
    traits: Sequence[tuple[Moment, Traits]]
    replies: Sequence[tuple[Moment, bool]] = ()
    merged: Sequence[Run] = ()


class State(StrEnum):
    """Hold what a clock does."""

    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True)
class Segment:
    """A stretch of a ticket's life; `cause` is its status, or `merged`. `seconds` are those of the calendar."""

    start: Moment
    end: Moment
    state: State
    cause: str
    seconds: float


@dataclass(frozen=True)
class Cycle:
    """One promise: from its start until it is fulfilled.

    `due_at` and `warning_at` are null while the clock is paused; then `remaining` alone counts. A cycle that is
    fulfilled late, or not yet although it was due, has `breached_at`.
    """

    metric: Metric
    number: int
    started_at: Moment
    target: int
    elapsed: float
    due_at: Moment | None = None
    warning_at: Moment | None = None
    fulfilled_at: Moment | None = None
    breached_at: Moment | None = None
    is_paused: bool = False

    @property
    def remaining(self) -> float:
        """Return what is left of the target; never less than nothing."""
        return max(self.target - self.elapsed, 0.0)

    @property
    def is_met(self) -> bool:
        return self.fulfilled_at is not None and self.breached_at is None

    @property
    def state(self) -> str:
        """Return `running`, `paused`, `met` or `breached`."""
        if self.breached_at:
            return "breached"
        if self.fulfilled_at:
            return "met"
        return "paused" if self.is_paused else "running"

    @property
    def is_open(self) -> bool:
        """Return whether it is neither met nor breached."""
        return self.fulfilled_at is None and self.breached_at is None


@dataclass(frozen=True)
class Clock:
    """All of a ticket's SLA at one moment."""

    segments: Sequence[Segment] = ()
    cycles: Sequence[Cycle] = ()
    is_paused: bool = False
    policy_id: int | None = None

    def present(self, metric: Metric) -> Cycle | None:
        """Return the latest cycle of a metric."""
        return next((cycle for cycle in reversed(self.cycles) if cycle.metric == metric), None)


TermsOf = Callable[[Traits], Terms | None]


def clock_of(history: History, terms_of: TermsOf, now: Moment) -> Clock:
    """Return the clock of a ticket at `now`, which is not before its creation; without terms it promises nothing.

    Its segments, which are for people to read, are left to `segments_of`.
    """
    status = history.statuses[-1][1]
    terms = terms_of(history.traits[-1][1])
    epochs = _epochs(history, terms_of)
    cycles: list[Cycle] = []
    for metric, starts in _STARTS.items():
        for number, (start, end) in enumerate(starts(history)):
            running = _resolution_runs if metric is Metric.RESOLUTION else _response_runs
            runs = _clipped(running(history), start, end)
            cycle = _cycle(_Promise(metric, number, start, end, runs), epochs, now)
            if cycle is not None:
                cycles.append(cycle)
    return Clock((), cycles, status in PAUSED, terms.policy_id if terms else None)


@dataclass(frozen=True)
class _Epoch:
    """The terms and the priority that counted from one moment until another."""

    start: Moment
    end: Moment | None
    terms: Terms | None
    priority: int

    def target(self, metric: Metric) -> int | None:
        return self.terms.targets.get((metric, self.priority)) if self.terms else None


def _epochs(history: History, terms_of: TermsOf) -> list[_Epoch]:
    ends = [at for at, _ in history.traits[1:]]
    return [
        _Epoch(at, end, terms_of(traits), traits.priority)
        for (at, traits), end in zip(history.traits, [*ends, None], strict=True)
    ]


@dataclass(frozen=True)
class _Promise:
    metric: Metric
    number: int
    start: Moment
    end: Moment | None
    runs: list[Run] = field(default_factory=list)


def _cycle(promise: _Promise, epochs: Sequence[_Epoch], now: Moment) -> Cycle | None:
    """Return where a promise stands, None where none was made; the terms that counted at its end decide, or the last.

    It is breached at the first moment at which it was due by the terms that counted then. Terms that begin as it is
    fulfilled, as when one form resolves and raises the priority, come too late to breach it.
    """
    until = min(promise.end or now, now)
    breached: Cycle | None = None
    found: Cycle | None = None
    last: Cycle | None = None  # by the last terms that promised anything
    for epoch in epochs:
        if epoch.start > until or (epoch.end is not None and epoch.end <= promise.start):
            continue
        found = _under(promise, epoch, until)
        last = found or last
        if found and found.due_at and breached is None:
            ends = min(until, epoch.end) if epoch.end else until
            late_at = max(found.due_at, epoch.start)
            if late_at < ends:
                breached = replace(found, breached_at=late_at)
    if breached is not None:
        found = replace(breached, elapsed=(last or breached).elapsed)
    if found is None:
        return None
    fulfilled = promise.end if promise.end and promise.end <= now else None
    if fulfilled and found.breached_at is None and found.is_paused:
        found = replace(found, is_paused=False)
    return replace(found, fulfilled_at=fulfilled)


def _under(promise: _Promise, epoch: _Epoch, until: Moment) -> Cycle | None:
    target = epoch.target(promise.metric)
    if target is None or epoch.terms is None:
        return None
    calendar = epoch.terms.calendar
    # A run that its fulfilment ended is looked at as if it went on, so that its due time can be told.
    runs = [(start, None if end == promise.end or (end and end > until) else end) for start, end in promise.runs]
    runs = [run for run in runs if run[0] <= until]
    elapsed = sum(calendar.seconds_between(start, min(end or until, until)) for start, end in runs)
    return Cycle(
        promise.metric,
        promise.number,
        promise.start,
        target,
        elapsed,
        due_at=_reached(runs, calendar, target),
        warning_at=_reached(runs, calendar, target * epoch.terms.warning_percent / 100),
        is_paused=not runs or runs[-1][1] is not None,
    )


def _reached(runs: Sequence[Run], calendar: Calendar, seconds: float) -> Moment | None:
    """Return when so much has passed while the clock ran; None if it stands before that."""
    left = seconds
    for start, end in runs:
        moment = calendar.add_seconds(start, left)
        if moment is not None and (end is None or moment < end):
            return moment
        if end is not None:
            left = max(left - calendar.seconds_between(start, end), 0.0)
    return None


def _stretches(history: History) -> Iterator[tuple[Moment, Moment | None, str]]:
    """Yield from when until when the ticket had which status; `merged` while it was a merged source."""
    ends: list[Moment | None] = [at for at, _ in history.statuses[1:]]
    for (start, status), end in zip(history.statuses, [*ends, None], strict=True):
        at: Moment | None = start
        for began, undone in history.merged:
            if at is None or (end is not None and began >= end) or (undone is not None and undone <= at):
                continue
            if began > at:
                yield at, began, status
            yield max(began, at), _earlier(undone, end), "merged"
            at = undone if undone is not None and (end is None or undone < end) else None
        if at is not None and (end is None or at < end):
            yield at, end, status


def _earlier(one: Moment | None, other: Moment | None) -> Moment | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _joined(runs: Iterator[Run]) -> list[Run]:
    """Return runs of which none touches the next."""
    found: list[Run] = []
    for start, end in runs:
        if found and found[-1][1] == start:
            start = found.pop()[0]
        if end is None or end > start:
            found.append((start, end))
    return found


def _resolution_runs(history: History) -> list[Run]:
    return _joined((start, end) for start, end, cause in _stretches(history) if cause in RUNNING)


def _response_runs(history: History) -> list[Run]:
    """Return when somebody waits for an answer: whenever the ticket is not done."""
    done = {*DONE, "merged"}
    return _joined((start, end) for start, end, cause in _stretches(history) if cause not in done)


def _clipped(runs: list[Run], start: Moment, end: Moment | None) -> list[Run]:
    found = []
    for began, ended in runs:
        if (ended is not None and ended <= start) or (end is not None and began >= end):
            continue
        found.append((max(began, start), _earlier(ended, end)))
    return found


def _first_responses(history: History) -> list[Run]:
    return [(history.created_at, next((at for at, by_customer in history.replies if not by_customer), None))]


def _next_responses(history: History) -> list[Run]:
    """Return from each unanswered message of the customer, after the first response, to the answer."""
    found: list[Run] = []
    answered = waits_since = None
    for at, by_customer in history.replies:
        if not by_customer:
            if waits_since is not None:
                found.append((waits_since, at))
            answered, waits_since = at, None
        elif answered is not None and waits_since is None:
            waits_since = at
    return [*found, (waits_since, None)] if waits_since is not None else found


def _resolutions(history: History) -> list[Run]:
    """Return from the opening, and from each reopening, to the resolution; merging and its undoing are neither."""
    found: list[Run] = []
    start: Moment | None = history.created_at
    for began, _ended, cause in _stretches(history):
        if cause in DONE and start is not None:
            found.append((start, began))
            start = None
        elif start is None and cause not in {*DONE, "merged"}:
            start = began
    return [*found, (start, None)] if start is not None else found


_STARTS: Mapping[Metric, Callable[[History], list[Run]]] = {
    Metric.FIRST_RESPONSE: _first_responses,
    Metric.NEXT_RESPONSE: _next_responses,
    Metric.RESOLUTION: _resolutions,
}


def segments_of(history: History, terms_of: TermsOf, now: Moment) -> list[Segment]:
    """Return the stretches of a ticket's life until `now`; none where nothing is promised."""
    terms = terms_of(history.traits[-1][1])
    found: list[Segment] = []
    if terms is None:
        return found
    for start, ended, cause in _stretches(history):
        end = min(ended or now, now)
        if start >= end and found:
            continue
        state = State.RUNNING if cause in RUNNING else State.PAUSED if cause in PAUSED else State.CLOSED
        found.append(Segment(start, end, state, cause, terms.calendar.seconds_between(start, end)))
    return found
