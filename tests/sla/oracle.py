"""An independently written SLA clock: it steps by the minute and knows no arithmetic of intervals."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from tickets.sla.calendar import Calendar, Interval, Override, always
from tickets.sla.clock import History, Metric, Terms, Traits

MINUTE = datetime.timedelta(minutes=1)
UTC = datetime.UTC
STATUSES = ("open", "in_progress", "pending", "on_hold", "resolved", "closed")
ZONES = (
    ("Asia/Riyadh", datetime.datetime(2026, 3, 1, 6, tzinfo=UTC)),
    ("Europe/Berlin", datetime.datetime(2026, 3, 28, 20, tzinfo=UTC)),
    ("Europe/Berlin", datetime.datetime(2026, 10, 24, 20, tzinfo=UTC)),
    ("America/New_York", datetime.datetime(2026, 10, 31, 20, tzinfo=UTC)),
    ("Africa/Cairo", datetime.datetime(2026, 4, 23, 12, tzinfo=UTC)),
)
LENGTH = 2 * 24 * 60


@dataclass
class Told:
    """The oracle's word on one cycle, in minutes since the creation."""

    start: int
    fulfilled: int | None
    breached: int | None
    elapsed: int


@dataclass(frozen=True)
class Case:
    """A random history, the terms by category, and how many minutes it lasts."""

    history: History
    terms: dict[int | None, Terms | None]
    minutes: int

    @property
    def now(self) -> datetime.datetime:
        return self.history.created_at + MINUTE * self.minutes


def random_case(seed: int) -> Case:
    """Make a history of two days around a night on which a clock may change."""
    dice = random.Random(seed)
    zone_name, start = dice.choice(ZONES)
    zone = ZoneInfo(zone_name)
    created = start + MINUTE * dice.randrange(0, 600)
    minutes = dice.randrange(60, LENGTH)
    at = sorted(dice.sample(range(1, minutes + 1), dice.randrange(0, 8)))
    statuses, status = [(created, "open")], "open"
    for minute in at:
        status = dice.choice([other for other in STATUSES if other != status])
        statuses.append((created + MINUTE * minute, status))
    changes = sorted(dice.sample(range(1, minutes + 1), dice.randrange(0, 4)))
    traits = [(created, _traits(dice))] + [(created + MINUTE * minute, _traits(dice)) for minute in changes]
    written = sorted(dice.sample(range(1, minutes + 1), dice.randrange(0, 8)))
    replies = [(created + MINUTE * minute, dice.random() < 0.5) for minute in written]
    merged = []
    if dice.random() < 0.3:
        began, undone = sorted(dice.sample(range(1, minutes + 1), 2))
        merged = [(created + MINUTE * began, created + MINUTE * undone if dice.random() < 0.7 else None)]
    first, second = _terms(dice, zone), _terms(dice, zone)
    third = None if dice.random() < 0.3 else _terms(dice, zone)
    if dice.random() < 0.2:
        second = replace(second, calendar=always(zone))
    terms = {None: first, 1: second, 2: third}
    return Case(History(created, statuses, traits, replies, merged), terms, minutes)


def _traits(dice: random.Random) -> Traits:
    return Traits(dice.choice((1, 2, 3, 4)), dice.choice((None, 1, 2)))


def _terms(dice: random.Random, zone: ZoneInfo) -> Terms:
    def week() -> dict[int, list[Interval]]:
        return {day: _intervals(dice) for day in range(1, 8) if dice.random() < 0.8}

    days = [datetime.date(2026, month, day) for month, day in ((3, 1), (3, 29), (10, 25), (11, 1), (4, 24))]
    calendar = Calendar(
        zone,
        week(),
        frozenset(dice.sample(days, dice.randrange(0, 2))),
        [Override(day, day, week()) for day in dice.sample(days, dice.randrange(0, 2))],
        [(dice.choice(days), week())] if dice.random() < 0.3 else (),
    )
    targets = {(metric, rank): dice.randrange(1, 1500) * 60 for metric in Metric for rank in (1, 2, 3, 4)}
    return Terms(calendar, targets, 80)


def _intervals(dice: random.Random) -> list[Interval]:
    found = []
    for _ in range(dice.randrange(1, 3)):
        start = dice.randrange(0, 24 * 60)
        found.append(Interval(start, start + dice.randrange(1, 16 * 60)))
    return found


class Oracle:
    """Everything by looking at each minute."""

    def __init__(self, case: Case) -> None:
        self.case, self.history, self.minutes = case, case.history, case.minutes
        self.moments = [case.history.created_at + MINUTE * n for n in range(case.minutes + 1)]
        self.status = [self._latest(case.history.statuses, at) for at in self.moments]
        self.merged = [
            any(began <= at and (undone is None or at < undone) for began, undone in case.history.merged)
            for at in self.moments
        ]
        self.traits = [self._latest(case.history.traits, at) for at in self.moments]
        self._open: dict[int, list[bool]] = {}

    @staticmethod
    def _latest(facts: Sequence[tuple[datetime.datetime, object]], at: datetime.datetime) -> object:
        return [value for moment, value in facts if moment <= at][-1]

    def is_open(self, calendar: Calendar) -> list[bool]:
        """Tell if each minute is worked; a wall clock's time that comes twice counts at its first, by `moment`."""
        if id(calendar) not in self._open:
            self._open[id(calendar)] = [calendar.is_open(at) for at in self.moments]
        return self._open[id(calendar)]

    def cycles(self, metric: Metric) -> list[Told | None]:
        starts = {"first_response": self._first, "next_response": self._next, "resolution": self._resolution}
        return [self._told(metric, start, end) for start, end in starts[metric]()]

    def _minute(self, at: datetime.datetime) -> int:
        return int((at - self.history.created_at) / MINUTE)

    def _first(self) -> list[tuple[int, int | None]]:
        answers = [self._minute(at) for at, by_customer in self.history.replies if not by_customer]
        return [(0, answers[0] if answers else None)]

    def _next(self) -> list[tuple[int, int | None]]:
        found: list[tuple[int, int | None]] = []
        seen_answer = False
        for at, by_customer in self.history.replies:
            minute = self._minute(at)
            waits = bool(found) and found[-1][1] is None
            if by_customer and seen_answer and not waits:
                found.append((minute, None))
            elif not by_customer:
                if waits:
                    found[-1] = (found[-1][0], minute)
                seen_answer = True
        return found

    def _resolution(self) -> list[tuple[int, int | None]]:
        found: list[tuple[int, int | None]] = [(0, None)]
        for minute, status in enumerate(self.status):
            if self.merged[minute]:
                continue
            done = status in ("resolved", "closed")
            if done and found[-1][1] is None:
                found[-1] = (found[-1][0], minute)
            elif not done and found[-1][1] is not None:
                found.append((minute, None))
        return found

    def _runs(self, metric: Metric, minute: int) -> bool:
        if self.merged[minute]:
            return False
        if metric == Metric.RESOLUTION:
            return self.status[minute] in ("open", "in_progress")
        return self.status[minute] not in ("resolved", "closed")

    def _told(self, metric: Metric, start: int, end: int | None) -> Told | None:
        until = self.minutes if end is None else end
        breached = None
        told = None
        for first, last in self._epochs():
            if first > until or (last is not None and last <= start):
                continue
            traits = self.traits[first]
            terms = self.case.terms[traits.category_id]  # type: ignore[attr-defined]
            if terms is None:
                told = None if breached is None else told
                continue
            target = terms.targets[metric, traits.priority] // 60  # type: ignore[attr-defined]
            opened, elapsed, due = self.is_open(terms.calendar), 0, None
            for minute in range(start, until):
                if not self._runs(metric, minute):
                    continue
                if due is None and elapsed >= target:
                    due = minute
                elapsed += opened[minute]
            told = elapsed
            if due is not None and breached is None:
                moment = max(due, first)
                if moment < until and (last is None or due < last):
                    breached = moment
        if told is None:
            return None
        return Told(start, end, breached, told)

    def _epochs(self) -> list[tuple[int, int | None]]:
        at = [self._minute(moment) for moment, _ in self.history.traits]
        return list(zip(at, [*at[1:], None], strict=True))
