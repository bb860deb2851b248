"""SLA compliance: promises met and missed, of all tickets and by priority, category and team."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.serializers import FormOut, IdField
from core.text import camel
from reports import names
from reports.asking import Ask
from reports.metrics import METRICS, PROMISES, Counts, Figures
from reports.report import Line, Report, Table, named
from tickets.states import Priority

STATES = ("met", "breached", "open", "compliance")
ALL = tuple(f"{metric}_{state}" for metric in PROMISES for state in STATES)
_GROUPS: dict[str, tuple[Any, Any, Callable[..., dict[Any, Any]]]] = {
    "priority": (_("By priority"), _("Priority"), names.priorities),
    "category": (_("By category"), _("Category"), names.categories),
    "team": (_("By team"), pgettext_lazy("tickets", "Team"), names.teams),
}


class PromiseFiguresOut(FormOut):
    met = serializers.IntegerField()
    breached = serializers.IntegerField()
    open = serializers.IntegerField()
    compliance = serializers.FloatField(allow_null=True)


class PromisesOut(FormOut):
    first_response = PromiseFiguresOut()
    next_response = PromiseFiguresOut()
    resolution = PromiseFiguresOut()


class ByPriorityOut(PromisesOut):
    priority = serializers.ChoiceField(choices=[priority.wire for priority in Priority])


class ByCategoryOut(PromisesOut):
    category_id = IdField(allow_null=True)
    category_name = serializers.CharField()


class ByTeamOut(PromisesOut):
    team_id = IdField(allow_null=True)
    team_name = serializers.CharField()


class SlaComplianceOut(PromisesOut):
    by_priority = ByPriorityOut(many=True)
    by_category = ByCategoryOut(many=True)
    by_team = ByTeamOut(many=True)


def _tables(ask: Ask) -> list[Table]:
    counts = Counts(ask, ALL, *([by] for by in _GROUPS))
    whole = Table("total", _("All promises"), _("Tickets"), ALL, [Line(None, _("All tickets"), counts.total())], "")
    return [whole, *(_by(ask, counts, key) for key in _GROUPS)]


def _by(ask: Ask, counts: Counts, by: str) -> Table:
    title, heading, names_of = _GROUPS[by]
    lines = named(counts, by, names_of(ask, (key for (key,) in counts.groups(by))))
    drawn = ("first_response_compliance", "resolution_compliance")
    return Table(by, title, heading, ALL, lines, by, None, "bars", drawn)


def _shown(figures: Figures) -> dict[str, Any]:
    return {camel(metric): {state: figures[f"{metric}_{state}"] for state in STATES} for metric in PROMISES}


def _answer(_ask: Ask, tables: Mapping[str, Table]) -> Any:
    language = get_language() or ""
    return {
        **_shown(tables["total"].lines[0].figures),
        "byPriority": [
            {"priority": Priority(line.key).wire, **_shown(line.figures)} for line in tables["priority"].lines
        ],
        **{
            f"by{by.title()}": [
                {
                    f"{by}Id": None if line.key is None else str(line.key),
                    f"{by}Name": names.wire_name(line, language),
                    **_shown(line.figures),
                }
                for line in tables[by].lines
            ]
            for by in ("category", "team")
        },
    }


REPORTS = (
    Report(
        "sla-compliance",
        "tickets/sla-compliance",
        _("SLA compliance"),
        _("Promises kept and missed, of tickets created in the period."),
        SlaComplianceOut,
        _tables,
        _answer,
        metrics=tuple(key for key in ALL if key in METRICS),
    ),
)
