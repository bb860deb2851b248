"""Files of tickets: streamed at once when they are small, else made by the worker and asked after."""

from __future__ import annotations

from typing import Any, cast

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import User
from core import clock
from core.api.permissions import needs
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import FormOut
from core.api.views import ApiView, ok, one_of
from core.bridge.environ import HAS_LEFT
from core.errors import NotFound
from reports import operations
from reports.api.views import PARAMETERS
from reports.asking import read_ask
from reports.event_forms import ExportOut
from reports.exports import tickets
from reports.exports.words import LANGUAGES
from reports.models import Export, filename
from reports.running import WRITERS, Stopped, made
from tickets.states import Status
from uploads.links import as_id

EXPORT = needs("support.export")
CLIENT_HAS_LEFT = 499
"""The status in the log of an answer that nobody waits for, as nginx has it."""
STATUS = OpenApiParameter("status", str, many=True, explode=False, enum=Status.values)
LANGUAGE = OpenApiParameter("language", str, enum=list(LANGUAGES), description="Headings; both by default.")


class JobOut(FormOut):
    job_id = serializers.UUIDField()


class TicketFile(ApiView):
    """A file of the tickets created in a period."""

    permission_classes = [EXPORT, needs("support.reports.view")]
    format_name = ""

    def parameters(self) -> set[str]:
        return set(tickets.PARAMETERS)

    def answered(self, request: ApiRequest) -> HttpResponseBase:
        given = request.query_params.dict()
        language = one_of("language", given.get("language", "both"), {word: word for word in LANGUAGES})
        return file_or_job(self.format_name, given, language, request)


def file_or_job(
    format_: str, given: dict[str, str], language: str, request: HttpRequest | ApiRequest
) -> HttpResponseBase:
    """Return the file itself, or 202 with the job that makes it."""
    user = cast(User, request.user)
    ask = read_ask(given, user, only=tickets.FILTERS)
    period = ask.period
    # A job that runs later is about the days that were meant, not about those of its own day.
    fixed = given | {"startDate": str(period.first), "endDate": str(period.last), "timezone": period.zone.key}
    export = operations.request_export(format_, parameters=fixed, rows=tickets.count(ask), by=user)
    if export.status != Export.Status.DONE:
        return ok({"jobId": str(export.pk)}, status=202)
    try:
        return streamed(made(format_, ask, language, request.META.get(HAS_LEFT, _stays)), format_)
    except Stopped:
        return HttpResponse(status=CLIENT_HAS_LEFT)


def _stays() -> bool:
    """Tell that a client is there, where the server cannot say."""
    return False


def streamed(file: Any, format_: str) -> FileResponse:
    """Return a file as the answer; browsers save it."""
    name = filename(format_, clock.now())
    response = FileResponse(file, as_attachment=True, filename=name, content_type=WRITERS[format_][1])
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def file_view(format_: str, summary: str) -> Any:
    """Return the view of one format."""
    shown = [PARAMETERS[name] for name in tickets.PARAMETERS if name in PARAMETERS]

    @describe(
        summary,
        status=cast(Any, {(200, "*/*"): OpenApiTypes.BINARY, 202: JobOut}),
        parameters=[*shown, STATUS, LANGUAGE],
    )
    def get(self: TicketFile, request: ApiRequest) -> HttpResponseBase:
        return self.answered(request)

    return type(f"{format_.title()}File", (TicketFile,), {"get": get, "format_name": format_, "__module__": __name__})


def own_export(ref: str, user: User) -> Export:
    """Return an export of this person's own; raises NotFound."""
    identity = as_id(ref)
    export = Export.objects.visible_to(user).filter(pk=identity).first() if identity else None
    if export is None:
        raise NotFound
    return export


def stored_file(export: Export) -> FileResponse:
    """Return the file of an export; raises NotFound when it is not ready, or kept no longer."""
    is_kept = export.key and export.expires_at and export.expires_at > clock.now()
    if export.status != Export.Status.DONE or not is_kept:
        raise NotFound
    try:
        return streamed(default_storage.open(export.key), export.format)
    except FileNotFoundError:
        raise NotFound from None


class ExportDetail(ApiView):
    permission_classes = [EXPORT]

    @describe("How far an export is", answer=ExportOut)
    def get(self, request: ApiRequest, ref: str) -> Response:
        return ok(ExportOut.show(own_export(ref, request.user)))

    @describe("Cancel an export", answer=ExportOut)
    def delete(self, request: ApiRequest, ref: str) -> Response:
        export = own_export(ref, request.user)
        return ok(ExportOut.show(operations.cancel_export(str(export.pk), by=request.user)))


class ExportFile(ApiView):
    permission_classes = [EXPORT]

    @describe("Fetch a finished export", status=cast(Any, {(200, "*/*"): OpenApiTypes.BINARY}))
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        return stored_file(own_export(ref, request.user))


FILES = [
    ("excel", file_view("excel", "Tickets as an Excel workbook")),
    ("pdf", file_view("pdf", "Tickets as a PDF")),
    ("csv", file_view("csv", "Tickets as CSV in UTF-8")),
]
