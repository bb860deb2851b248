"""Pages that links in messages lead to: for people who are not signed in, in both languages, without scripts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from core.text import in_language


def language_of(request: HttpRequest, reader: Any = None) -> str:
    """Return the language of a page: the one chosen in its address, else its reader's, else the browser's."""
    chosen = request.GET.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return str(reader.language) if reader is not None else translation.get_language_from_request(request)


def public_page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return a page in the active language, with a way to the other one."""
    language = "en" if (translation.get_language() or "").startswith("en") else "ar"
    other = "ar" if language == "en" else "en"
    query = request.GET.copy()
    query["language"] = other
    site = in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN)
    full = {"site_name": site, "other": other, "other_name": dict(settings.LANGUAGES)[other], "language": language}
    html = render_to_string(template, {**full, "other_query": query.urlencode(), **context}, request)
    response = HttpResponse(html, status=status)
    response.headers["Content-Language"] = language
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
