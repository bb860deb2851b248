"""Reports and statistics: a view for each report of the registry, and the rows behind each figure."""

from __future__ import annotations

from typing import Any

from django.utils.translation import override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response

from core.api.lists import MAX_LIMIT
from core.api.permissions import needs
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import FormOut, IdField
from core.api.views import ApiView, ok
from reports import drill
from reports.asking import PERIOD, Ask, read_ask
from reports.periods import GROUPS
from reports.registry import reports
from reports.report import Report
from tickets.states import PRIORITIES

VIEW = "support.reports.view"
_ID = {"type": "string", "pattern": "^[0-9]{1,19}$"}
_ID_OR_NONE = {"type": "string", "pattern": "^([0-9]{1,19}|none)$"}
PARAMETERS = {
    "startDate": OpenApiParameter("startDate", OpenApiTypes.DATE, description="The first day of the period."),
    "endDate": OpenApiParameter("endDate", OpenApiTypes.DATE, description="The last day, included."),
    "timezone": OpenApiParameter("timezone", str, description="A named time zone; the site's by default."),
    "groupBy": OpenApiParameter("groupBy", str, enum=list(GROUPS)),
    "compare": OpenApiParameter("compare", str, enum=["previous"]),
    "categoryId": OpenApiParameter("categoryId", _ID_OR_NONE),
    "teamId": OpenApiParameter("teamId", _ID_OR_NONE),
    "agentId": OpenApiParameter("agentId", _ID, description="Of tickets: those that this agent ever held."),
    "priority": OpenApiParameter("priority", str, many=True, explode=False, enum=list(PRIORITIES)),
    "tags": OpenApiParameter("tags", str, many=True, explode=False),
}


def parameters_of(report: Report) -> tuple[str, ...]:
    """Return the query parameters that a report takes."""
    return (*PERIOD, *(("groupBy",) if report.grouped else ()), *report.only, "compare")


def period_meta(ask: Ask) -> dict[str, Any]:
    """Return the days that an answer is about."""
    period = ask.period
    return {"startDate": period.first.isoformat(), "endDate": period.last.isoformat(), "timezone": period.zone.key}


class ReportView(ApiView):
    """Answers one report."""

    permission_classes = [needs(VIEW)]
    report: Report

    def parameters(self) -> set[str]:
        return set(parameters_of(self.report))

    def answered(self, request: ApiRequest) -> Response:
        """Return the report's data; the same of the period before in `meta` when it was asked for."""
        ask = read_ask(request.query_params, request.user, only=self.report.only)
        meta = period_meta(ask)
        if ask.compare:
            before = ask.before()
            days = {name: value for name, value in period_meta(before).items() if name != "timezone"}
            meta["previous"] = {**days, "data": self.report.data(before)}
        return ok(self.report.data(ask), meta=meta)


def view_of(report: Report) -> Any:
    """Return the view of a report."""
    with override("en"):
        summary = str(report.title)

    @describe(
        summary,
        answer=report.form(many=True) if report.many else report.form,
        meta="report",
        parameters=[PARAMETERS[name] for name in parameters_of(report)],
    )
    def get(self: ReportView, request: ApiRequest) -> Response:
        return self.answered(request)

    name = "".join(part.title() for part in report.key.split("-"))
    return type(f"{name}Report", (ReportView,), {"get": get, "report": report, "__module__": __name__})


class RowOut(FormOut):
    """A ticket or a chat behind a figure; `amount` is seconds or stars where the figure has them."""

    id = IdField()
    name = serializers.CharField()
    subject = serializers.CharField()
    at = serializers.DateTimeField()
    agent_id = IdField(allow_null=True)
    agent_name = serializers.CharField(allow_null=True)
    amount = serializers.FloatField(allow_null=True)


class Rows(ApiView):
    permission_classes = [needs(VIEW)]

    def parameters(self) -> set[str]:
        report = drill.report_named(self.kwargs["key"])
        return {*parameters_of(report), *drill.PARAMETERS, "page", "limit"} - {"compare"}

    @describe(
        "The tickets or chats behind a figure of a report",
        answer=RowOut(many=True),
        meta="page",
        parameters=[
            *(OpenApiParameter(name, str) for name in drill.PARAMETERS),
            OpenApiParameter("page", {"type": "integer", "minimum": 1}),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}),
            *(parameter for name, parameter in PARAMETERS.items() if name != "compare"),
        ],
    )
    def get(self, request: ApiRequest, key: str) -> Response:
        report = drill.report_named(key)
        ask = read_ask(request.query_params, request.user, only=report.only)
        found = drill.page_of(report, ask, request.query_params)
        return ok([RowOut.show(row) for row in found.rows], meta=found.meta)


REPORT_VIEWS = [(report.path, f"report-{report.key}", view_of(report)) for report in reports().values()]
