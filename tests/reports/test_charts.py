"""The axis of a chart holds all of its values and is read at whole numbers."""

from __future__ import annotations

import pytest

from reports.charts import Series, chart


@pytest.mark.parametrize("highest", [4, 5, 7, 12, 13, 21, 35, 45, 99, 101, 613, 12_345])
def test_an_axis_reaches_the_highest_value_in_four_whole_steps(highest: int) -> None:
    drawn = str(chart("columns", "Tickets", ["a", "b"], [Series("New", [1, highest])], rtl=False))
    steps = [float(part.partition("<")[0]) for part in drawn.split('text-anchor="end">')[1:]]
    assert steps == sorted(steps)
    assert len(steps) == 5
    assert steps[-1] >= highest
    assert all(step.is_integer() for step in steps)
