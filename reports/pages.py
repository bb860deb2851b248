"""Pages of reports in the back office: a dashboard each, the rows behind a figure, and one's files."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.errors import Forbidden, Invalid, NotFound
from core.inputs import ascii_digits
from reports import drill, operations
from reports.api.exports import file_or_job, own_export, stored_file
from reports.api.transcripts import PARAMETERS as TRANSCRIPT_PARAMETERS
from reports.api.transcripts import chat_transcript, ticket_transcript
from reports.api.views import parameters_of
from reports.asking import Ask, read_ask
from reports.exports.tickets import PARAMETERS as FILE_PARAMETERS
from reports.mailed import pages as mailed
from reports.metrics import METRICS
from reports.models import Export
from reports.registry import reports
from reports.running import WRITERS
from reports.shown import form_shown, tables_shown

View = Callable[..., HttpResponseBase]
VIEW, EXPORT = "support.reports.view", "support.export"
DAYS = ("startDate", "endDate")


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of these pages, each behind the sign-in and its rights."""
    return [
        path("reports", _page(site, dashboard, VIEW), name="reports"),
        path("reports/exports", _page(site, exports, EXPORT), name="reports_exports"),
        path("reports/saved", _page(site, mailed.save, VIEW, EXPORT), name="reports_save"),
        path("reports/saved/<str:ref>/delete", _page(site, mailed.delete), name="reports_saved_delete"),
        path("reports/saved/<str:ref>/resume", _page(site, mailed.resume, VIEW, EXPORT), name="reports_saved_resume"),
        path("reports/exports/<str:ref>/file", _page(site, fetch, EXPORT), name="reports_file"),
        path("reports/exports/<str:ref>/cancel", _page(site, cancel, EXPORT), name="reports_cancel"),
        path("reports/files/<str:format_>", _page(site, ask_file, VIEW, EXPORT), name="reports_export"),
        path("reports/tickets/<str:ref>/transcript", _page(site, of_ticket, EXPORT), name="ticket_transcript"),
        path("reports/chats/<str:ref>/transcript", _page(site, of_chat, EXPORT), name="chat_transcript"),
        path("reports/<str:key>", _page(site, dashboard, VIEW), name="report"),
        path("reports/<str:key>/rows", _page(site, rows, VIEW), name="report_rows"),
    ]


def _page(site: AdminSite, view: View, *rights: str) -> View:
    @wraps(view)
    def inner(request: HttpRequest, **given: str) -> HttpResponseBase:
        for right in rights:
            if not request.user.has_perm(right):
                raise Forbidden(right)
        request.here = reverse("admin:reports")  # type: ignore[attr-defined]
        return view(request, site, **given)

    return site.admin_view(inner)


def dashboard(request: HttpRequest, site: AdminSite, key: str = "overview") -> HttpResponseBase:
    """Show a report; its filters stand in the address."""
    report = drill.report_named(key)
    problem, given = None, {}
    try:
        given = _given(request, parameters_of(report))
        ask = read_ask(given, request.user, only=report.only)  # type: ignore[arg-type]
    except Invalid as wrong:
        problem, given = wrong, {}
        ask = read_ask({}, request.user, only=report.only)  # type: ignore[arg-type]
    context = {
        **site.each_context(request), "title": report.title, "report": report, "problem": problem,
        "tables": tables_shown(report, ask, given),
        "others": [(each.key, each.title) for each in reports().values()], "form": form_shown(report, ask, given),
        "may_export": request.user.has_perm(EXPORT), "saving": mailed.form_of(given, ask.period.zone.key),
        "formats": [(each.value, each.label, _file_address(each.value, ask, given)) for each in Export.Format],
    }  # fmt: skip
    return TemplateResponse(request, "admin/reports/dashboard.html", context, status=400 if problem else 200)


def _given(request: HttpRequest, known: Collection[str]) -> dict[str, str]:
    """Return the parameters that have a value, as the form of a page sends them; Invalid names one that is unknown."""
    unknown = sorted(request.GET.keys() - set(known))
    if unknown:
        name = unknown[0][:100]
        raise Invalid(fields={name: [_("This page has no filter “%(name)s”.") % {"name": name}]})
    found = {name: value for name, value in request.GET.dict().items() if value and "\x00" not in value}
    return {name: ascii_digits(value) if name in DAYS else value for name, value in found.items()}


def _file_address(format_: str, ask: Ask, given: dict[str, str]) -> str:
    kept = {name: value for name, value in given.items() if name in FILE_PARAMETERS}
    kept |= {"startDate": str(ask.period.first), "endDate": str(ask.period.last)}
    return f"{reverse('admin:reports_export', args=[format_])}?{urlencode(kept)}"


def rows(request: HttpRequest, site: AdminSite, key: str) -> HttpResponseBase:
    """Show the tickets or chats behind a figure, a page of them."""
    report = drill.report_named(key)
    given = {name: value for name, value in request.GET.dict().items() if value}
    ask = read_ask(given, request.user, only=report.only)  # type: ignore[arg-type]
    page = drill.page_of(report, ask, {"limit": "50", **given})
    metric = METRICS[given["metric"]]
    of_chats = metric.source.of_chats
    name = "admin:chat_session_change" if of_chats else "admin:tickets_ticket_change"
    listed = [{**row, "url": reverse(name, args=[row["id"]])} for row in page.rows]
    back = urlencode({name: given[name] for name in parameters_of(report) if name in given})
    context = {
        **site.each_context(request), "title": metric.label, "report": report, "metric": metric, "rows": listed,
        "page": page.meta, "back": f"{reverse('admin:report', args=[key])}?{back}",
        "later": _next(request, page.meta),
    }  # fmt: skip
    return TemplateResponse(request, "admin/reports/rows.html", context)


def _next(request: HttpRequest, meta: dict[str, Any]) -> str:
    if meta["page"] >= meta["totalPages"]:
        return ""
    return "?" + urlencode({**request.GET.dict(), "page": meta["page"] + 1})


def ask_file(request: HttpRequest, site: AdminSite, format_: str) -> HttpResponseBase:
    """Give a small file at once; a large one is queued, and the page of files shows how far it is."""
    if format_ not in WRITERS:
        raise NotFound
    given = _given(request, FILE_PARAMETERS)
    answer = file_or_job(format_, given, given.get("language", "both"), request)
    return HttpResponseRedirect(reverse("admin:reports_exports")) if answer.status_code == 202 else answer


def exports(request: HttpRequest, site: AdminSite) -> HttpResponseBase:
    """Show one's own files: how far each is, and where it is fetched."""
    found = Export.objects.visible_to(request.user).order_by("-created_at")[:50]
    unfinished = any(export.status in operations.UNFINISHED for export in found)
    context = {**site.each_context(request), "title": _("My files"), "exports": found, "unfinished": unfinished}
    context["saved"] = mailed.saved_of(request.user)
    context["trail"] = [(_("Reports"), reverse("admin:reports")), (_("My files"), "")]
    return TemplateResponse(request, "admin/reports/exports.html", context)


def fetch(request: HttpRequest, site: AdminSite, ref: str) -> HttpResponseBase:
    """Give a finished file to whoever asked for it."""
    return stored_file(own_export(ref, request.user))  # type: ignore[arg-type]


def cancel(request: HttpRequest, site: AdminSite, ref: str) -> HttpResponseBase:
    """Cancel an export of one's own."""
    export = own_export(ref, request.user)  # type: ignore[arg-type]
    if request.method == "POST":
        operations.cancel_export(str(export.pk), by=request.user)  # type: ignore[arg-type]
    return HttpResponseRedirect(reverse("admin:reports_exports"))


def of_ticket(request: HttpRequest, site: AdminSite, ref: str) -> HttpResponseBase:
    """Give a ticket's thread as a PDF."""
    return ticket_transcript(ref, _of_transcript(request), request.user)  # type: ignore[arg-type]


def of_chat(request: HttpRequest, site: AdminSite, ref: str) -> HttpResponseBase:
    """Give what was said in a chat as a PDF."""
    return chat_transcript(ref, _of_transcript(request), request.user)  # type: ignore[arg-type]


def _of_transcript(request: HttpRequest) -> dict[str, str]:
    """Return the parameters of a transcript; its headings are in the reader's language unless another is asked for."""
    return {"language": get_language() or "both", **_given(request, TRANSCRIPT_PARAMETERS)}
