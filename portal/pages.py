"""Share language, frame and refusals among all pages of /help."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from core.api.problems import as_problem
from core.errors import Problem, Unavailable
from core.text import in_language
from portal.session import customer_of

YEAR_SECONDS = 365 * 86_400
CHOSEN_COOKIE = "support_language_chosen"


def language_for(request: HttpRequest) -> str:
    """Return a page's language: asked for in its address, chosen before signing in, the customer's, the browser's."""
    known = dict(settings.LANGUAGES)
    for asked in (request.GET.get("language", ""), request.COOKIES.get(CHOSEN_COOKIE, "")):
        if asked in known:
            return asked
    customer = customer_of(request)
    if customer is not None:
        return str(customer.language)
    kept = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return kept if kept in known else translation.get_language_from_request(request)


def help_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view a page of /help: in the reader's language, never cached, refusals as pages."""

    @never_cache
    @csrf_protect
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(language_for(request)):
            try:
                return view(request, *args, **kwargs)
            except Problem as problem:
                return refusal(request, problem)

    return wrapped


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return a page in the active language."""
    language = (translation.get_language() or "ar")[:2]
    other = "ar" if language == "en" else "en"
    frame = {
        "language": language,
        "other": other,
        "other_name": dict(settings.LANGUAGES)[other],
        "site_name": in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN),
        "customer": getattr(request, "customer", None),
        "here": request.get_full_path(),
    }
    response = HttpResponse(render_to_string(template, frame | context, request), status=status)
    response.headers["Content-Language"] = language
    response.headers["Referrer-Policy"] = "same-origin"
    if request.GET.get("language") == language:
        keep_language(response, language)
    return response


def refusal(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the page of a refusal."""
    title = _("Nothing was found here") if problem.status == 404 else _("This is not possible")
    return page(request, "portal/refused.html", {"title": title, "problem": problem}, problem.status)


def refusal_of(error: Exception) -> Problem:
    """Return what went wrong as a refusal that a form can show."""
    return as_problem(error) or Unavailable()


def keep_language(response: HttpResponse, language: str) -> None:
    """Remember the language of somebody who is not signed in."""
    _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language, YEAR_SECONDS)


def choose_language_here(response: HttpResponse, language: str) -> None:
    """Let the language win over the account's until its reader signs out, chooses again or closes the browser."""
    _set_cookie(response, CHOSEN_COOKIE, language, None)


def _set_cookie(response: HttpResponse, name: str, value: str, max_age: int | None) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=max_age, samesite="Lax", secure=secure, httponly=True)
