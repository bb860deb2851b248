"""A new report is one module: what docs/reports.md says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.serializers import FormOut
from reports import names, registry
from reports.report import Report, Table, lines_of
from tests.backoffice.door import Pages
from tests.tickets.acts import opened


class PriorityOut(FormOut):
    priority = serializers.CharField()
    created = serializers.IntegerField()


def tables(ask):
    lines = lines_of(ask, ("created",), "priority", names.priorities(ask, ()))
    return [
        Table(
            "priorities", _("By priority"), _("Priority"), ("created",), lines, "priority", None, "bars", ("created",)
        )
    ]


BY_PRIORITY = Report(
    "by-priority", "tickets/by-priority", _("By priority"), _("Of tickets created in the period."), PriorityOut, tables,
    lambda ask, found: [{"priority": str(line.name), **line.figures} for line in found["priorities"].lines],
    many=True, metrics=("created",),
)  # fmt: skip


def test_a_report_of_one_file_has_an_answer_and_a_page_with_rows(cast, monkeypatch):
    every = {**registry.reports(), "by-priority": BY_PRIORITY}
    monkeypatch.setattr("reports.drill.reports", lambda: every)
    ticket = opened(cast.customer, priority="high")
    html = Pages(cast.manager).get("/admin/reports/by-priority").content.decode()
    assert "value=3" in html
    rows = Pages(cast.manager).get("/admin/reports/by-priority/rows?metric=created&by=priority&value=3")
    assert ticket["ticketNumber"] in rows.content.decode()
