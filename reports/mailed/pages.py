"""Saved reports in the back office: one is made on a report's page, and they stand above one's files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import Forbidden, Invalid
from reports.exports.tickets import FILTERS
from reports.mailed import operations
from reports.mailed.models import Every, SavedReport
from reports.mailed.operations import SavedValues
from reports.models import Export

LANGUAGES = (("ar", "العربية"), ("en", "English"))
TYPED = ("name", "every", "format", "language", "timezone")


def form_of(filters: dict[str, str], zone: str) -> dict[str, Any]:
    """Return what the form that saves a report offers; it carries the filters of the page."""
    return {
        "kept": [*((name, value) for name, value in filters.items() if name in FILTERS), ("timezone", zone)],
        "every": Every.choices,
        "formats": Export.Format.choices,
        "languages": [*LANGUAGES, ("both", _("Both"))],
    }


def saved_of(user: Any) -> Iterable[SavedReport]:
    """Return a person's saved reports, the one that is due next first."""
    return SavedReport.objects.filter(user=user).order_by("next_at", "pk")


def save(request: HttpRequest, site: Any) -> HttpResponseBase:
    """Save what the form says; a refusal is shown above one's files."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    typed = {name: request.POST.get(name, "") for name in TYPED}
    filters = {name: value for name, value in request.POST.items() if name in FILTERS and isinstance(value, str)}
    values = SavedValues(typed["name"], typed["every"], typed["format"], typed["language"], typed["timezone"], filters)
    try:
        operations.save_report(values, by=request.user)  # type: ignore[arg-type]
    except Invalid as refused:
        _say(request, refused)
    else:
        messages.success(request, _("The report was saved and will be sent."))
    return _back()


def delete(request: HttpRequest, site: Any, ref: str) -> HttpResponseBase:
    """Delete a saved report of one's own."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    operations.delete_report(ref, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The saved report was deleted."))
    return _back()


def resume(request: HttpRequest, site: Any, ref: str) -> HttpResponseBase:
    """Let a paused report of one's own go on."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        operations.resume_report(ref, by=request.user)  # type: ignore[arg-type]
    except (Invalid, Forbidden) as refused:
        _say(request, refused)
    return _back()


def _say(request: HttpRequest, refused: Invalid | Forbidden) -> None:
    for texts in (refused.fields or {"": [refused.message]}).values():
        messages.error(request, " ".join(map(str, texts)))


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:reports_exports"))
