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
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from accounts.models import Team
from core.errors import Forbidden, Invalid, NotFound
from reports import drill, operations
from reports.api.exports import file_or_job, own_export, stored_file
from reports.api.views import parameters_of
from reports.asking import Ask, read_ask
from reports.charts import Series, chart
from reports.exports.tickets import PARAMETERS as FILE_PARAMETERS
from reports.exports.words import figure, line_name
from reports.metrics import METRICS, Figures
from reports.models import Export
from reports.names import wire_name
from reports.periods import GROUPS
from reports.registry import reports
from reports.report import Line, Report, Table
from reports.running import WRITERS
from tickets.models import Category
from tickets.states import Priority

View = Callable[..., HttpResponseBase]
VIEW, EXPORT = "support.reports.view", "support.export"


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of these pages, each behind the sign-in and its rights."""
    return [
        path("reports", _page(site, dashboard, VIEW), name="reports"),
        path("reports/exports", _page(site, exports, EXPORT), name="reports_exports"),
        path("reports/exports/<str:ref>/file", _page(site, fetch, EXPORT), name="reports_file"),
        path("reports/exports/<str:ref>/cancel", _page(site, cancel, EXPORT), name="reports_cancel"),
        path("reports/files/<str:format_>", _page(site, ask_file, VIEW, EXPORT), name="reports_export"),
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
    tables = [_shown(report, ask, table, given) for table in report.tables(ask)]
    context = {
        **site.each_context(request), "title": report.title, "report": report, "tables": tables, "problem": problem,
        "others": [(each.key, each.title) for each in reports().values()], "form": _form(report, ask, given),
        "may_export": request.user.has_perm(EXPORT),
        "formats": [(each.value, each.label, _file_address(each.value, ask, given)) for each in Export.Format],
    }  # fmt: skip
    return TemplateResponse(request, "admin/reports/dashboard.html", context, status=400 if problem else 200)


def _given(request: HttpRequest, known: Collection[str]) -> dict[str, str]:
    """Return the parameters that have a value, as the form of a page sends them; Invalid names one that is unknown."""
    unknown = sorted(request.GET.keys() - set(known))
    if unknown:
        name = unknown[0][:100]
        raise Invalid(fields={name: [_("This page has no filter “%(name)s”.") % {"name": name}]})
    return {name: value for name, value in request.GET.dict().items() if value and "\x00" not in value}


def _file_address(format_: str, ask: Ask, given: dict[str, str]) -> str:
    kept = {name: value for name, value in given.items() if name in FILE_PARAMETERS}
    kept |= {"startDate": str(ask.period.first), "endDate": str(ask.period.last)}
    return f"{reverse('admin:reports_export', args=[format_])}?{urlencode(kept)}"


def _shown(report: Report, ask: Ask, table: Table, given: dict[str, str]) -> dict[str, Any]:
    """Return a table as the page shows it: each figure a link to the rows behind it."""
    language = get_language() or "en"
    names = [_line_name(line, table, language) for line in table.lines]
    labels = {metric.key: str(metric.label) for metric in table.columns()}
    drawn = [Series(labels[key], [line.figures[key] for line in table.lines]) for key in table.drawn]
    picture = chart(table.chart, str(table.title), names, drawn, rtl=get_language_bidi()) if table.chart else ""
    lines = [(name, _cells(report, ask, table, line, given)) for name, line in zip(names, table.lines, strict=True)]
    total = _figures(report, ask, table, table.total, given, "") if table.total else None
    return {"table": table, "picture": picture, "legend": [each.name for each in drawn], "lines": lines, "total": total}


def _line_name(line: Line, table: Table, language: str) -> str:
    if table.by == "cell":
        from reports.kinds.peak_hours import DAYS

        return f"{DAYS[line.key[0]]} {line.key[1]:02}:00"
    return line_name(line.name, table.group, language) if table.group else wire_name(line, language)


def _cells(report: Report, ask: Ask, table: Table, line: Line, given: dict[str, str]) -> list[tuple[str, str]]:
    value = "-".join(map(str, line.key)) if isinstance(line.key, tuple) else "none" if line.key is None else line.key
    return _figures(report, ask, table, line.figures, given, str(value) if table.by else "")


def _figures(
    report: Report, ask: Ask, table: Table, figures: Figures, given: dict[str, str], value: str
) -> list[tuple[str, str]]:
    """Return each figure in words with the address of its rows; none where there is nothing to see."""
    found = []
    for key in table.metrics:
        query = {**given, "metric": key, **({"by": table.by, "value": value} if value else {})}
        address = f"{reverse('admin:report_rows', args=[report.key])}?{urlencode(query)}"
        found.append((figure(figures[key], METRICS[key].unit), address if figures[key] else ""))
    return found


def _form(report: Report, ask: Ask, given: dict[str, str]) -> dict[str, Any]:
    choices: dict[str, list[tuple[str, str]]] = {}
    if "categoryId" in report.only:
        choices["categoryId"] = [(str(row.pk), str(row)) for row in Category.objects.all()]
        choices["teamId"] = [(str(row.pk), str(row)) for row in Team.objects.all()]
        choices["priority"] = [(each.wire, str(each.label)) for each in Priority]
    if report.grouped:
        words = {"hour": _("Hour"), "day": _("Day"), "week": _("Week"), "month": _("Month")}
        choices["groupBy"] = [(group, words[group]) for group in GROUPS]
    labels = {
        "categoryId": _("Category"), "teamId": _("Team"), "priority": _("Priority"), "groupBy": _("Grouped by"),
    }  # fmt: skip
    fields = [(name, labels[name], given.get(name, ""), options) for name, options in choices.items()]
    return {"first": ask.period.first, "last": ask.period.last, "fields": fields, "zone": ask.period.zone.key}


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
    answer = file_or_job(format_, given, given.get("language", "both"), request.user)  # type: ignore[arg-type]
    return HttpResponseRedirect(reverse("admin:reports_exports")) if answer.status_code == 202 else answer


def exports(request: HttpRequest, site: AdminSite) -> HttpResponseBase:
    """Show one's own files: how far each is, and where it is fetched."""
    found = Export.objects.visible_to(request.user).order_by("-created_at")[:50]
    unfinished = any(export.status in operations.UNFINISHED for export in found)
    context = {**site.each_context(request), "title": _("My files"), "exports": found, "unfinished": unfinished}
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
