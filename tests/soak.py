"""How much of something a test does: little in CI, all of it with SOAK=1 (`make soak`)."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from typing import TypeVar

Value = TypeVar("Value")
SOAK = os.environ.get("SOAK") == "1"


def sized(small: Value, large: Value) -> Value:
    """Return `small` in CI, `large` with SOAK=1."""
    return large if SOAK else small


def some(values: Sequence[Value], count: int, about: str) -> list[Value]:
    """Return `count` of the values in CI, all with SOAK=1.

    Which ones follows from `about` (the address, the field), so that together the tests of a sweep try each of them.
    """
    if SOAK or count >= len(values):
        return list(values)
    start = zlib.crc32(about.encode()) % len(values)
    return [values[(start + step * len(values) // count) % len(values)] for step in range(count)]
