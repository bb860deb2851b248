"""Define a report: tables of figures, made once for a question, from which every door makes its own form.

A report is one module of `reports/kinds` with a `REPORT`; registry finds it there, and with it come its address in the
API, its page, its sheets and its rows behind each figure (docs/reports.md).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rest_framework.serializers import BaseSerializer

from reports.asking import TICKETS, Ask
from reports.metrics import METRICS, Counts, Figures, Metric, Text

Name = Any
"""Name of a line: a moment (of `Line.group`), a pair of Arabic and English, or a text."""


@dataclass(frozen=True)
class Line:
    """One line of a table: its name, its key among the groups that its ledgers are counted by, its figures."""

    key: Any
    name: Name
    figures: Figures


@dataclass(frozen=True)
class Table:
    """Figures by line. `by` is what its lines are groups of (reports.counting.BY), empty for a single line.

    `chart` is how it is drawn (`columns`, `lines`, `bars`, `heat`, or not at all) and `drawn` which figures are.
    """

    key: str
    title: Text
    heading: Text
    metrics: tuple[str, ...]
    lines: Sequence[Line]
    by: str = ""
    total: Figures | None = None
    chart: str = ""
    drawn: tuple[str, ...] = ()
    group: str = ""

    def columns(self) -> list[Metric]:
        """Return its figures' definitions in order."""
        return [METRICS[key] for key in self.metrics]


@dataclass(frozen=True)
class Report:
    """`tables` counts; `answer` makes of the tables what the API answers, in the words of `form`.

    `only` are the filters it takes. One that is `grouped` takes `groupBy`.
    """

    key: str
    path: str
    title: Text
    about: Text
    form: type[BaseSerializer[Any]]
    tables: Callable[[Ask], list[Table]]
    answer: Callable[[Ask, Mapping[str, Table]], Any]
    only: tuple[str, ...] = TICKETS
    grouped: bool = False
    many: bool = False
    metrics: tuple[str, ...] = field(default=())

    def data(self, ask: Ask) -> Any:
        """Return what the API answers."""
        return self.answer(ask, {table.key: table for table in self.tables(ask)})


def lines_of(ask: Ask, metrics: Sequence[str], by: str, names: Mapping[Any, Name]) -> list[Line]:
    """Return a line for each name in order, those without a row too."""
    return named(Counts(ask, metrics, [by]), by, names)


def named(counts: Counts, by: str, names: Mapping[Any, Name]) -> list[Line]:
    """Return a line for each name in order, of what is counted already."""
    figures = counts.lines(by, names)
    return [Line(key, name, figures[key]) for key, name in names.items()]


def bucket_names(ask: Ask) -> dict[int, datetime.datetime]:
    """Return the buckets of the question's grouping by their place, each named by its beginning in the time zone."""
    starts = ask.period.starts(ask.group)
    return {place: start.astimezone(ask.period.zone) for place, start in enumerate(starts, 1)}


def in_utc(moment: datetime.datetime) -> str:
    """Return a moment as the wire writes it."""
    return moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
