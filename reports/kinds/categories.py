"""Tickets by category: the report, and the statistics of the same figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.serializers import FormOut, IdField
from reports import names
from reports.asking import Ask
from reports.metrics import Counts
from reports.report import Report, Table, named

METRICS = ("totalTickets", "openTickets", "resolvedTickets", "resolutionRate", "avgResolutionTimeMinutes", "avgRating")


class CategoryFiguresOut(FormOut):
    category_id = IdField(allow_null=True)
    category_name = serializers.CharField()
    total_tickets = serializers.IntegerField()
    open_tickets = serializers.IntegerField()
    resolved_tickets = serializers.IntegerField()
    resolution_rate = serializers.FloatField(allow_null=True)
    avg_resolution_time_minutes = serializers.FloatField(allow_null=True)
    avg_rating = serializers.FloatField(allow_null=True)


def _tables(ask: Ask) -> list[Table]:
    counts = Counts(ask, METRICS, ["category"])
    lines = named(counts, "category", names.categories(ask, (key for (key,) in counts.groups("category"))))
    return [
        Table(
            *("categories", _("Tickets by category"), _("Category"), METRICS, lines, "category"),
            counts.total(),
            "bars",
            ("openTickets", "resolvedTickets"),
        )
    ]


def _answer(_ask: Ask, tables: Mapping[str, Table]) -> Any:
    language = get_language() or ""
    return [
        {
            "categoryId": None if line.key is None else str(line.key),
            "categoryName": names.wire_name(line, language),
            **line.figures,
        }
        for line in tables["categories"].lines
    ]


def _report(key: str, path: str, title: Any) -> Report:
    about = _("How many tickets each category has, and how they fare.")
    return Report(key, path, title, about, CategoryFiguresOut, _tables, _answer, many=True, metrics=METRICS)


REPORTS = (
    _report("by-category", "tickets/by-category", _("Tickets by category")),
    _report("categories", "statistics/categories", _("Statistics by category")),
)
