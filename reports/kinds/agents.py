"""Agents: what they held, answered and resolved, and how they were rated, whoever has the tickets today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.serializers import FormOut, IdField
from reports import names
from reports.asking import Ask
from reports.metrics import Counts
from reports.report import Report, Table, named

BASE = (
    *("assignedTickets", "creditedTickets", "agentResolutionRate", "avgFirstResponseMinutes", "avgRating"),
    "totalMessages",
)
TIMES = (
    *("avgResolutionMinutes", "medianResolutionMinutes", "p90ResolutionMinutes"),
    *("medianFirstResponseMinutes", "p90FirstResponseMinutes"),
)
# The contract's names of figures that are counted otherwise for categories.
WIRE = {"creditedTickets": "resolvedTickets", "agentResolutionRate": "resolutionRate"}


class AgentFiguresOut(FormOut):
    agent_id = IdField()
    agent_name = serializers.CharField()
    assigned_tickets = serializers.IntegerField()
    resolved_tickets = serializers.IntegerField()
    resolution_rate = serializers.FloatField(allow_null=True)
    avg_first_response_minutes = serializers.FloatField(allow_null=True)
    avg_rating = serializers.FloatField(allow_null=True)
    total_messages = serializers.IntegerField()


class AgentPerformanceOut(AgentFiguresOut):
    avg_resolution_minutes = serializers.FloatField(allow_null=True)
    median_resolution_minutes = serializers.FloatField(allow_null=True)
    p90_resolution_minutes = serializers.FloatField(allow_null=True)
    median_first_response_minutes = serializers.FloatField(allow_null=True)
    p90_first_response_minutes = serializers.FloatField(allow_null=True)


def _tables(metrics: tuple[str, ...]) -> Callable[[Ask], list[Table]]:
    def tables(ask: Ask) -> list[Table]:
        counts = Counts(ask, metrics, ["agent"])
        lines = named(counts, "agent", names.agents(ask, (key for (key,) in counts.groups("agent"))))
        drawn = ("assignedTickets", "creditedTickets")
        return [Table("agents", _("Agents"), _("Agent"), metrics, lines, "agent", None, "bars", drawn)]

    return tables


def _answer(_ask: Ask, tables: Mapping[str, Table]) -> Any:
    return [
        {
            "agentId": str(line.key),
            "agentName": str(line.name),
            **{WIRE.get(key, key): value for key, value in line.figures.items()},
        }
        for line in tables["agents"].lines
    ]


def _report(key: str, path: str, title: Any, form: type[FormOut], metrics: tuple[str, ...]) -> Report:
    about = _("Whose work it was stays so, whoever has the ticket today.")
    return Report(key, path, title, about, form, _tables(metrics), _answer, many=True, metrics=metrics)


REPORTS = (
    _report(
        "agent-performance", "tickets/agent-performance", _("Agent performance"), AgentPerformanceOut, (*BASE, *TIMES)
    ),
    _report("agents", "statistics/agents", _("Statistics by agent"), AgentFiguresOut, BASE),
)
