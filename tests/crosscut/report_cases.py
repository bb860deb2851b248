"""The operations of reports, as cases.py has all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reports import operations
from reports.models import Export
from tests.cast import Cast
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


CASES: dict[str, Case] = {
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
