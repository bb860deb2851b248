"""Peak hours: tickets created by weekday and hour of the report's time zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.serializers import FormOut
from reports import ledgers
from reports.asking import Ask
from reports.counting import tally
from reports.metrics import Figures
from reports.report import Line, Report, Table

DAYS = {
    1: _("Monday"),
    2: _("Tuesday"),
    3: _("Wednesday"),
    4: _("Thursday"),
    5: _("Friday"),
    6: _("Saturday"),
    7: _("Sunday"),
}
Cell = tuple[int, int]


class CellOut(FormOut):
    weekday = serializers.IntegerField(min_value=1, max_value=7)
    hour = serializers.IntegerField(min_value=0, max_value=23)
    tickets = serializers.IntegerField()


class PeakHoursOut(FormOut):
    cells = CellOut(many=True)


def cell_of(ask: Ask, place: int) -> Cell:
    """Return the weekday (ISO) and the hour of an hour of the period, by its place from 1."""
    local = ask.period.hours[place - 1].astimezone(ask.period.zone)
    return local.isoweekday(), local.hour


def _tables(ask: Ask) -> list[Table]:
    counted: Counter[Cell] = Counter()
    for (place,), found in tally(ask, ledgers.CREATED, ["hour"]).items():
        counted[cell_of(ask, place)] += found.rows
    lines = [Line((day, hour), (day, hour), {"tickets": counted[day, hour]}) for day in DAYS for hour in range(24)]
    total: Figures = {"tickets": counted.total()}
    return [
        Table("cells", _("Peak hours"), _("Weekday and hour"), ("tickets",), lines, "cell", total, "heat", ("tickets",))
    ]


def _answer(_ask: Ask, tables: Mapping[str, Table]) -> Any:
    cells = [
        {"weekday": line.key[0], "hour": line.key[1], "tickets": line.figures["tickets"]}
        for line in tables["cells"].lines
    ]
    return {"cells": cells}


REPORTS = (
    Report(
        "peak-hours",
        "tickets/peak-hours",
        _("Peak hours"),
        _("When tickets are created, by weekday and hour."),
        PeakHoursOut,
        _tables,
        _answer,
        metrics=("tickets",),
    ),
)
