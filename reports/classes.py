"""Durations in fixed classes 2 % wide: what medians and 90th percentiles are computed from, everywhere alike.

A duration is counted in whole seconds. The class's value is its lower bound, so that a percentile is never more than
2 % below the duration it stands for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

WIDTH = 1.02
LONGEST = 10 * 366 * 86_400


def _bounds() -> tuple[int, ...]:
    found, bound = [0], 1.0
    while bound <= LONGEST:
        if math.ceil(bound) > found[-1]:
            found.append(math.ceil(bound))
        bound *= WIDTH
    return tuple(found)


BOUNDS = _bounds()
"""Lower bounds of the classes, in seconds; the last has no end. Class n of `width_bucket` begins at BOUNDS[n - 1]."""


def percentile(counts: Mapping[int, int], share: Fraction) -> int | None:
    """Return the seconds that `share` of all durations do not exceed, of counts by class; None of none.

    It is the value of the class that holds the duration at place ⌈share × count⌉ in order of length.
    """
    place = math.ceil(share * sum(counts.values()))
    for number in sorted(counts):
        place -= counts[number]
        if place <= 0:
            return BOUNDS[number - 1]
    return None


MEDIAN, P90 = Fraction(1, 2), Fraction(9, 10)
