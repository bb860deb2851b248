"""The table of ratios: what was measured against what, and whether the bar holds."""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Bar:
    """Hold what must hold and what is aimed at; `more` when a high ratio is good."""

    must: float
    aim: float
    more: bool
    extra: tuple[float, float] | None = None  # instead of a ratio: at most this much more, must and aim


BARS = {
    "F1": Bar(0.14, 0.25, more=True),
    "F2": Bar(0.35, 0.5, more=True),
    "F3": Bar(0.4, 0.7, more=True),
    "F4": Bar(3, 1.5, more=False),
    "F4a": Bar(0, 0, more=False, extra=(30, 15)),
    "F5": Bar(3, 1.5, more=False),
    "F6": Bar(5, 2, more=False),
    "F6a": Bar(0, 0, more=False, extra=(60, 30)),
    "F8": Bar(0.3, 0.7, more=True),
    "F8s": Bar(0.3, 0.7, more=True),
    "F8w": Bar(1.25, 1.1, more=False),
    "F9": Bar(0.5, 0.65, more=True),
    "F9m": Bar(0, 0, more=False, extra=(64, 64)),
    "F9f": Bar(1.1, 1.05, more=False),
    "F9p": Bar(2, 1.5, more=False),
    "F10": Bar(0.6, 1, more=True),
    "B1": Bar(1.5, 1, more=False),
    "B2": Bar(1.5, 1, more=False),
    "B3": Bar(1.5, 1, more=False),
    "H1": Bar(3, 5, more=True),
    "H2": Bar(1 / 20, 1 / 40, more=False),
    "H3": Bar(1 / 20, 1 / 40, more=False),
    "H4": Bar(1 / 4, 1 / 8, more=False),
    "H5": Bar(1 / 50, 1 / 100, more=False),
    "N1": Bar(0.3, 0.6, more=True),
    "N1a": Bar(1.25, 1.1, more=False),
    "R1": Bar(0.6, 1, more=True),
    "R2": Bar(0.5, 0.9, more=True),
    "R3": Bar(2, 1.3, more=False),
    "R4": Bar(0.35, 0.7, more=True),
    "R5": Bar(0.25, 0.5, more=True),
    "R6": Bar(1.6, 1.2, more=False),
}


@dataclass
class Row:
    """One comparison: the figures of each round of both sides, in turn."""

    bar: str
    what: str
    unit: str
    ours: list[float]
    theirs: list[float]
    note: str = ""
    ratio: float | None = field(init=False)

    def __post_init__(self) -> None:
        self.ratio = self.our / self.their if self.theirs and self.their else None

    @property
    def our(self) -> float:
        return statistics.median(self.ours)

    @property
    def their(self) -> float:
        return statistics.median(self.theirs)

    def verdict(self) -> str:
        """aim, must or MISSED; a dash without a peer."""
        bar = BARS.get(self.bar)
        if bar is None or self.ratio is None:
            return "–"
        if bar.extra:
            over = self.our - self.their
            return "aim" if over <= bar.extra[1] else "must" if over <= bar.extra[0] else "MISSED"
        good = (self.ratio >= bar.must, self.ratio >= bar.aim) if bar.more else (
            self.ratio <= bar.must, self.ratio <= bar.aim
        )  # fmt: skip
        return "aim" if good[1] else "must" if good[0] else "MISSED"

    def bars(self) -> str:
        bar = BARS.get(self.bar)
        if bar is None:
            return ""
        if bar.extra:
            return f"≤ +{bar.extra[0]:g} {self.unit}, +{bar.extra[1]:g} {self.unit}"
        return f"{'≥' if bar.more else '≤'} {bar.must:.3g}, {bar.aim:.3g}"


def show(rows: Sequence[Row]) -> str:
    """The table in Markdown."""
    lines = ["| # | what | ours | against | ratio | must, aim | holds |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        their = f"{row.their:.3g} {row.unit}" if row.theirs else "not measured"
        ratio = f"{row.ratio:.3g}" if row.ratio is not None else ""
        spread = f" ({min(row.ours):.3g} to {max(row.ours):.3g})" if len(row.ours) > 1 else ""
        cells = [row.bar, row.what, f"{row.our:.3g} {row.unit}{spread}", their, ratio, row.bars(), row.verdict()]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def save(rows: Sequence[Row], about: dict[str, Any], folder: Path) -> Path:
    """Write everything measured to a file in `folder`, named by the time."""
    folder.mkdir(exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    path = folder / f"{now:%Y%m%d-%H%M%S}.json"
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()}
    found = [asdict(row) | {"holds": row.verdict()} for row in rows]
    path.write_text(
        json.dumps({"at": now.isoformat(), **about, **machine, "rows": found}, ensure_ascii=False, indent=1)
    )
    return path
