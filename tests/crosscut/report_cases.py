"""The operations of reports, as cases.py has all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from reports import operations
from reports.mailed import operations as mailed
from reports.mailed.models import SavedReport
from reports.mailed.operations import SavedValues
from reports.models import Export
from tests.cast import Cast, fresh
from tests.crosscut.cases import Case, case
from tests.tickets.acts import opened
from tickets.models import Ticket

_RUN = "What the export is was audited when it was asked for."


def asked(cast: Cast) -> Export:
    return operations.request_export("csv", parameters={}, rows=10**6, by=cast.manager)


def taken(act: Callable[[Cast, Export], Any]) -> Callable[[Cast], Callable[[], Any]]:
    """An act upon an export that a worker has."""

    def prepare(cast: Cast) -> Callable[[], Any]:
        asked(cast)
        export = operations.take_export()
        assert export is not None
        return lambda: act(cast, export)

    return prepare


def waiting(cast: Cast) -> Callable[[], Any]:
    asked(cast)
    return operations.take_export


def taken_away(cast: Cast) -> Callable[[], Any]:
    ticket = Ticket.objects.get(pk=opened(cast.customer)["id"])
    return lambda: operations.request_transcript(ticket, rows=1, notes=False, by=cast.lead)


def saved(cast: Cast) -> SavedReport:
    values = SavedValues("Each week", "week", "csv", "en", "Asia/Riyadh")
    return mailed.save_report(values, by=fresh(cast.manager))


def of_saved(act: Callable[[Cast, SavedReport], Any], **columns: Any) -> Callable[[Cast], Callable[[], Any]]:
    """An act upon a saved report that stands as the columns say."""

    def prepare(cast: Cast) -> Callable[[], Any]:
        report = saved(cast)
        SavedReport.objects.filter(pk=report.pk).update(**columns or {"name": "Other"})
        return lambda: act(cast, report)

    return prepare


_OWN = "Only its owner sees it, on a page that they have just sent."

CASES: dict[str, Case] = {
    "reports.mailed.operations.save_report": case(lambda cast: lambda: saved(cast), "SAVED_REPORT_CREATED", "", _OWN),
    "reports.mailed.operations.delete_report": case(
        of_saved(lambda cast, report: mailed.delete_report(str(report.pk), by=fresh(cast.manager))),
        "SAVED_REPORT_DELETED",
        "",
        _OWN,
    ),
    "reports.mailed.operations.resume_report": case(
        of_saved(lambda cast, report: mailed.resume_report(str(report.pk), by=fresh(cast.manager)), paused="rights"),
        "SAVED_REPORT_RESUMED",
        "",
        _OWN,
    ),
    "reports.mailed.operations.send_one": case(
        of_saved(lambda _cast, _report: mailed.send_one(), next_at=timezone.now()), "EXPORT_CREATED", "export:updated"
    ),
    "reports.operations.request_transcript": case(
        taken_away, "EXPORT_CREATED", "", "Nothing of the ticket or the chat changes."
    ),
    "reports.operations.request_export": case(lambda cast: lambda: asked(cast), "EXPORT_CREATED", "export:updated"),
    "reports.operations.cancel_export": case(
        taken(lambda cast, export: operations.cancel_export(str(export.pk), by=cast.manager)),
        "EXPORT_CANCELLED",
        "export:updated",
    ),
    "reports.operations.take_export": case(waiting, "", "export:updated", _RUN),
    "reports.operations.go_on": case(
        taken(lambda _cast, export: operations.go_on(export, written=500_000)), "", "export:updated", _RUN
    ),
    "reports.operations.end_export": case(
        taken(lambda _cast, export: operations.end_export(export, status="done", rows=3)), "", "export:updated", _RUN
    ),
}
