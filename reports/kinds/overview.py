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
from reports.counting import Tally, tally
from reports.metrics import total_of
from reports.periods import GROUPS, Period
from reports.report import Line, Report, Table, bucket_names, lines_of

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
    backlog = _backlog(ask)
    lines = [
        Line(line.key, line.name, {**line.figures, "backlog": backlog[line.key]})
        for line in lines_of(ask, MOVES, "bucket", bucket_names(ask))
    ]
    total = {**total_of(ask, MOVES), "backlog": backlog[len(lines)]}
    metrics = (*MOVES, "backlog")
    return [
        Table(
            "buckets", _("Tickets over time"), _("From"), metrics, lines, "bucket", total, "lines", metrics, ask.group
        )
    ]


def _backlog(ask: Ask) -> dict[int, int]:
    """Return how many tickets were open at the end of each bucket: those open now, less all that happened since."""
    steps = {place: int(found.total) for (place,), found in tally(ask, ledgers.BACKLOG_STEPS, ["bucket"]).items()}
    standing = tally(ask, ledgers.OPEN_NOW)[()].rows - _steps_after(ask)
    found = {}
    for place in range(len(ask.period.starts(ask.group)), 0, -1):
        found[place] = standing
        standing -= steps.get(place, 0)
    return found


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
