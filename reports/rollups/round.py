"""A round of counting roll-ups: by the timer, or by `manage.py rebuild_rollups`; and how far behind they are."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import DatabaseError
from prometheus_client import Gauge

from core import clock
from core.days import site_zone
from core.periodic import last_run, mark
from reports.rollups.counting import Busy, bad_days, count_days

ROUND = "rollups"
MOST_SECONDS = 240.0


def count_all(*, seconds: float = MOST_SECONDS, tell: Callable[[int], None] = lambda left: None) -> int | None:
    """Count until no day is left or the time is up; returns how many are left, None while another process counts.

    `tell` hears how many are left after each few weeks.
    """
    until = time.monotonic() + seconds
    try:
        while left := count_days():
            tell(left)
            if time.monotonic() > until:
                return left
    except Busy:
        return None
    mark(ROUND, clock.now())
    return 0


def age() -> float:
    """Return the seconds since no day was left to count; infinite before the first time."""
    ended = last_run(ROUND)
    return (clock.now() - ended).total_seconds() if ended else float("inf")


def behind() -> int:
    """Return how many days before today are counted from their rows at each report."""
    return len(bad_days(clock.now().astimezone(site_zone()).date()))


def _or_nan(figure: Callable[[], float]) -> Callable[[], float]:
    def read() -> float:
        try:
            return figure()
        except DatabaseError:
            return float("nan")

    return read


Gauge("support_rollups_age_seconds", "Seconds since the roll-ups of reports were last complete").set_function(
    _or_nan(age)
)
Gauge("support_rollups_days_behind", "Days before today that reports count from their rows").set_function(
    _or_nan(behind)
)
