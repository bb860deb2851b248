"""The back office's page of the widget: its looks and texts, with a widget of each language beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from core.admin import holds
from core.errors import Forbidden, Problem
from widget.forms import LooksForm
from widget.looks import chosen, values_of
from widget.operations import change_looks

RIGHT = "support.settings.manage"
Preview = Callable[[HttpRequest, str], HttpResponse]


def _framed_here(view: Preview) -> Preview:
    """Let this site alone show a page in a frame."""
    only_here: Any = csp_replace({"frame-ancestors": ["'self'"]})
    return cast(Preview, only_here(view))


def pages(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of the page and of the frames on it."""

    @csp_update({"frame-src": ["'self'"]})
    @never_cache
    def page(request: HttpRequest) -> HttpResponse:
        return looks_page(request, site)

    return [
        path("widget", site.admin_view(page), name="widget_looks"),
        path("widget/preview/<str:language>", site.admin_view(preview), name="widget_preview"),
    ]


def looks_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show the form and take it."""
    _refuse_without_right(request)
    form = LooksForm(request.POST if request.method == "POST" else None, initial=_initial())
    form.show_defaults(settings.WIDGET)
    if form.is_bound and form.is_valid():
        try:
            change_looks(form.cleaned_data, by=request.user)  # type: ignore[arg-type]
        except Problem as problem:
            form.refuse(problem)
        else:
            messages.success(request, _("Saved. Pages that embed the widget show it when they are next opened."))
            return HttpResponseRedirect(reverse("admin:widget_looks"))
    title = _("Chat widget")
    context = {
        **site.each_context(request),
        "title": title,
        "trail": [(title, "")],
        "form": form,
        "frames": settings.LANGUAGES,
    }
    status = 400 if form.is_bound else 200
    return TemplateResponse(request, "widget/looks.html", context, status=status)


@xframe_options_sameorigin
@_framed_here
@never_cache
def preview(request: HttpRequest, language: str) -> HttpResponse:
    """Show a page with the widget alone, for a frame of the page above."""
    _refuse_without_right(request)
    if language not in dict(settings.LANGUAGES):
        raise Http404
    direction = "rtl" if language == "ar" else "ltr"
    return TemplateResponse(request, "widget/preview.html", {"language": language, "direction": direction})


def _initial() -> dict[str, Any]:
    """Return what the form begins with: what was chosen, and for what must be said what applies."""
    found, default = values_of(chosen()), settings.WIDGET
    if found["proactive_seconds"] is None:
        pages = "\n".join(default["proactive_pages"])
        found |= {"proactive_seconds": default["proactive_seconds"], "proactive_pages": pages}
    return found | {"color": found["color"] or default["color"]}


def _refuse_without_right(request: HttpRequest) -> None:
    if not holds(request, RIGHT):
        raise Forbidden(RIGHT)
