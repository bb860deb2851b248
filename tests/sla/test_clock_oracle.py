"""Random histories: the clock against one that steps by the minute."""

from __future__ import annotations

import datetime

import pytest

from tests.sla.oracle import MINUTE, Oracle, random_case
from tests.soak import sized
from tickets.sla.clock import Metric, clock_of

CASES = sized(300, 5_000)
FOUND = (585, 2380, 3404, 4761)
"""Seeds that once disagreed: terms that begin at a fulfilment, and terms without a promise after a breach."""


@pytest.mark.parametrize("block", range(10))
def test_random_histories_agree_with_a_clock_that_steps_by_the_minute(block: int) -> None:
    for seed in (*range(block * CASES // 10, (block + 1) * CASES // 10), *(FOUND if block == 0 else ())):
        case = random_case(seed)
        clock = clock_of(case.history, lambda traits, case=case: case.terms[traits.category_id], case.now)
        oracle = Oracle(case)
        for metric in Metric:
            told = [each for each in oracle.cycles(metric) if each is not None]
            found = [cycle for cycle in clock.cycles if cycle.metric == metric]
            shown = [
                (
                    _minutes(case, cycle.started_at),
                    _minutes(case, cycle.fulfilled_at),
                    _minutes(case, cycle.breached_at),
                    cycle.elapsed / 60,
                )
                for cycle in found
            ]
            assert shown == [(each.start, each.fulfilled, each.breached, each.elapsed) for each in told], (seed, metric)


def _minutes(case, at: datetime.datetime | None) -> float | None:
    return None if at is None else (at - case.history.created_at) / MINUTE
