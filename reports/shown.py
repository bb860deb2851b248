"""A report as its page shows it: its filters, and its tables with each figure a link to the rows behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from accounts.models import STAFF_ROLES, Team, User
from reports.asking import Ask
from reports.charts import Series, chart
from reports.exports.words import figure, line_name
from reports.metrics import METRICS, Figures
from reports.names import wire_name
from reports.periods import GROUPS, zone_names
from reports.report import Line, Report, Table
from tickets.models import Category
from tickets.states import Priority


@dataclass(frozen=True)
class Cell:
    """A figure in words, the address of its rows where there are any, and the figure of the period before."""

    text: str
    address: str
    before: str = ""


def tables_shown(report: Report, ask: Ask, given: dict[str, str]) -> list[dict[str, Any]]:
    """Return the tables of a report for its page; the figures of the period before with them when it was asked for."""
    earlier = {table.key: table for table in report.tables(ask.before())} if ask.compare else {}
    return [_shown(report, table, earlier.get(table.key), given) for table in report.tables(ask)]


def _shown(report: Report, table: Table, earlier: Table | None, given: dict[str, str]) -> dict[str, Any]:
    language = get_language() or "en"
    names = [_line_name(line, table, language) for line in table.lines]
    labels = {metric.key: str(metric.label) for metric in table.columns()}
    drawn = [Series(labels[key], [line.figures[key] for line in table.lines]) for key in table.drawn]
    picture = chart(table.chart, str(table.title), names, drawn, rtl=get_language_bidi()) if table.chart else ""
    before = {line.key: line.figures for line in earlier.lines} if earlier else {}
    lines = [
        (name, _cells(report, table, line, before.get(line.key), given))
        for name, line in zip(names, table.lines, strict=True)
    ]
    total = _figures(report, table, table.total, earlier.total if earlier else None, given, "") if table.total else None
    return {"table": table, "picture": picture, "legend": [each.name for each in drawn], "lines": lines, "total": total}


def _line_name(line: Line, table: Table, language: str) -> str:
    if table.by == "cell":
        from reports.kinds.peak_hours import DAYS

        return f"{DAYS[line.key[0]]} {line.key[1]:02}:00"
    return line_name(line.name, table.group, language) if table.group else wire_name(line, language)


def _cells(report: Report, table: Table, line: Line, before: Figures | None, given: dict[str, str]) -> list[Cell]:
    value = "-".join(map(str, line.key)) if isinstance(line.key, tuple) else "none" if line.key is None else line.key
    return _figures(report, table, line.figures, before, given, str(value) if table.by else "")


def _figures(
    report: Report, table: Table, figures: Figures, before: Figures | None, given: dict[str, str], value: str
) -> list[Cell]:
    found = []
    for key in table.metrics:
        asked = {name: text for name, text in given.items() if name != "compare"}
        query = {**asked, "metric": key, **({"by": table.by, "value": value} if value else {})}
        address = f"{reverse('admin:report_rows', args=[report.key])}?{urlencode(query)}"
        unit = METRICS[key].unit
        earlier = figure(before[key], unit) if before else ""
        found.append(Cell(figure(figures[key], unit), address if figures[key] else "", earlier))
    return found


def form_shown(report: Report, ask: Ask, given: dict[str, str]) -> dict[str, Any]:
    """Return the filters of a report's page with what they offer and what stands in them."""
    choices: dict[str, list[tuple[str, str]]] = {}
    if "categoryId" in report.only:
        choices["categoryId"] = [(str(row.pk), str(row)) for row in Category.objects.all()]
        choices["teamId"] = [(str(row.pk), str(row)) for row in Team.objects.all()]
        choices["priority"] = [(each.wire, str(each.label)) for each in Priority]
    if "agentId" in report.only:
        staff = User.objects.filter(role__in=STAFF_ROLES).order_by("name", "pk")
        choices["agentId"] = [(str(pk), name) for pk, name in staff.values_list("pk", "name")]
    if report.grouped:
        words = {"hour": _("Hour"), "day": _("Day"), "week": _("Week"), "month": _("Month")}
        choices["groupBy"] = [(group, words[group]) for group in GROUPS]
    labels = {
        "categoryId": _("Category"), "teamId": _("Team"), "priority": _("Priority"), "agentId": _("Agent"),
        "groupBy": _("Grouped by"),
    }  # fmt: skip
    return {
        "first": ask.period.first,
        "last": ask.period.last,
        "fields": [(name, labels[name], given.get(name, ""), options) for name, options in choices.items()],
        "tags": given.get("tags", "") if "tags" in report.only else None,
        "zone": ask.period.zone.key,
        "zones": sorted(zone_names()),
        "compare": ask.compare,
        "before": ask.period.before(),
    }
