"""Refusals as pages for people: what goes wrong under /admin and /help answers HTML, without the database."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from core.api.problems import headers, refusal_hook
from core.errors import Forbidden, Problem
from core.request_context import origin
from core.text import in_language

STATUSES = frozenset({400, 403, 404, 500, 503})


def wants_page(request: HttpRequest) -> bool:
    """Return whether this request is the back office's or the help pages', where people read the answers."""
    return request.path in {"/admin", "/help"} or request.path.startswith(("/admin/", "/help/"))


def page(request: HttpRequest, problem: Problem, status: int | None = None) -> HttpResponse:
    """The page of a refusal; a refused person goes to the audit log. `status` replaces the problem's own."""
    if isinstance(problem, Forbidden):
        _remember(request, problem)
    code = status or problem.status
    template = code if code in STATUSES else 400
    # The language found for this request; when that already failed, what the browser asks for.
    language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(language):
        context = _context(request) | {"message": str(problem) if template == 400 else ""}
        content = render_to_string(f"admin/{template}.html", context)
    response = HttpResponse(content, status=code, headers=headers(problem))
    response.headers.setdefault("Content-Language", language)
    add_never_cache_headers(response)
    return response


def _context(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN),
        "home": reverse("help-home" if request.path.startswith("/help") else "admin:index"),
        "again": request.get_full_path() if request.method == "GET" else "",
        "request_id": origin().request_id,
    }


def _remember(request: HttpRequest, problem: Problem) -> None:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        refusal_hook()(user, problem, f"{request.method} {request.path}")
