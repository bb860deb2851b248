"""Tickets over time: created, resolved, closed, reopened, and the backlog at the end of each bucket."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import clock
from core.api.serializers import FormOut
from reports import ledgers
from reports.asking import Ask
from reports.counting import Tally, tallies, tally
from reports.metrics import METRICS, Figures
from reports.periods import GROUPS, Period
from reports.report import Line, Report, Table, bucket_names
from reports.rollups.reading import Want
from reports.things import from_the_first, is_known

MOVES = ("created", "resolved", "closed", "reopened")


class TotalsOut(FormOut):
    created = serializers.IntegerField()
    resolved = serializers.IntegerField()
    closed = serializers.IntegerField()
    reopened = serializers.IntegerField()
    backlog = serializers.IntegerField()


class BucketOut(TotalsOut):
    start = serializers.DateTimeField()


class OverviewOut(FormOut):
    group_by = serializers.ChoiceField(choices=list(GROUPS))
    timezone = serializers.CharField()
    buckets = BucketOut(many=True)
    totals = TotalsOut()


def _tables(ask: Ask) -> list[Table]:
    # Moves and steps are of the same rows, which are read once.
    moves = [Want(METRICS[key].source, ("bucket",), sums=False) for key in MOVES]
    *counted, steps = tallies(ask, [*moves, Want(ledgers.BACKLOG_STEPS, ("bucket",))])
    names, backlog = bucket_names(ask), _backlog(ask, {place: int(found.total) for (place,), found in steps.items()})
    figures: dict[int, Figures] = {
        place: {key: groups.get((place,), Tally()).rows for key, groups in zip(MOVES, counted, strict=True)}
        for place in names
    }
    lines = [Line(place, name, {**figures[place], "backlog": backlog[place]}) for place, name in names.items()]
    total: Figures = {
        key: sum(each.rows for each in groups.values()) for key, groups in zip(MOVES, counted, strict=True)
    }
    total["backlog"] = backlog[len(lines)]
    metrics = (*MOVES, "backlog")
    return [
        Table(
            "buckets", _("Tickets over time"), _("From"), metrics, lines, "bucket", total, "lines", metrics, ask.group
        )
    ]


def _backlog(ask: Ask, steps: Mapping[int, int]) -> dict[int, int]:
    """Return how many tickets were open at the end of each bucket, from that at the period's end backwards."""
    standing = _standing(ask)
    found = {}
    for place in range(len(ask.period.starts(ask.group)), 0, -1):
        found[place] = standing
        standing -= steps.get(place, 0)
    return found


def _standing(ask: Ask) -> int:
    """Return how many were open at the period's end: all steps until then, or those open now less the steps since."""
    ever = from_the_first(ask)
    if is_known(ever, ledgers.BACKLOG_STEPS, ()):
        return int(tally(ever, ledgers.BACKLOG_STEPS).get((), Tally()).total)
    return tally(ask, ledgers.OPEN_NOW)[()].rows - _steps_after(ask)


def _steps_after(ask: Ask) -> int:
    """Return by how much the backlog has grown since the period's end; the days up to today are counted as days."""
    zone, today = ask.period.zone, clock.now().astimezone(ask.period.zone).date()
    if ask.period.last >= today:
        return int(tally(ask, ledgers.STEPS_AFTER)[()].total)
    since = replace(ask, period=Period(ask.period.last + datetime.timedelta(days=1), today, zone))
    steps = tally(since, ledgers.BACKLOG_STEPS).get((), Tally())
    return int(steps.total + tally(since, ledgers.STEPS_AFTER)[()].total)


def _answer(ask: Ask, tables: Mapping[str, Table]) -> Any:
    table = tables["buckets"]
    return OverviewOut.show(
        {
            "group_by": ask.group,
            "timezone": ask.period.zone.key,
            "buckets": [{"start": line.name, **line.figures} for line in table.lines],
            "totals": table.total,
        }
    )


REPORTS = (
    Report(
        "overview",
        "tickets/overview",
        _("Tickets over time"),
        _("What came in, what was done, and what was left."),
        OverviewOut,
        _tables,
        _answer,
        grouped=True,
        metrics=(*MOVES, "backlog"),
    ),
)
