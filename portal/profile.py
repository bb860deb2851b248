"""A customer's own choices: name, language, and which notifications reach them by which channel."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operations
from accounts.models import User
from core.errors import Problem
from core.operation import operation_scope
from core.text import in_language
from notifications.browsers import switch, switch_context
from notifications.preference_page import QuietForm, keep, table
from portal.forms import ProfileForm
from portal.pages import CHOSEN_COOKIE, help_page, keep_language, page
from portal.session import customers_only


@help_page
@require_http_methods(["GET", "HEAD", "POST"])
@customers_only
def profile(request: HttpRequest) -> HttpResponse:
    """Show one's choices and keep them."""
    user: User = request.customer  # type: ignore[attr-defined]
    if request.method != "POST":
        form = ProfileForm(initial={"name": user.name, "language": user.language})
        return _shown(request, user, form)
    form, quiet = ProfileForm(request.POST), QuietForm(request.POST)
    if form.is_valid() and quiet.is_valid():
        try:
            with operation_scope():
                operations.update_profile(user.pk, changes=form.cleaned_data, by=user)
                keep(quiet, request.POST, user=user)
        except Problem as problem:
            form.refuse(problem)
        else:
            response = HttpResponseRedirect(f"{request.path}?saved=1")
            keep_language(response, form.cleaned_data["language"])
            response.delete_cookie(CHOSEN_COOKIE)
            return response
    return _shown(request, user, form, quiet, 400)


def _shown(
    request: HttpRequest, user: User, form: ProfileForm, quiet: QuietForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": _("Settings"),
        "form": form,
        "quiet": quiet or QuietForm.of(user),
        **table(user, request.POST if quiet else None),
    }
    context |= switch_context(user, scope=reverse("help-home"), address=reverse("help-push"))
    return page(request, "portal/profile.html", context | {"saved": "saved" in request.GET}, status)


@help_page
@require_POST
@customers_only
def push(request: HttpRequest) -> HttpResponse:
    """Turn Web Push on or off in this browser, until this sign-in ends."""
    user: User = request.customer  # type: ignore[attr-defined]
    return switch(request, family=user.sign_in, by=user)


@help_page
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the pages to browsers that install them as an app."""
    name = in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN)
    language = (get_language() or "ar")[:2]
    icon = f"{settings.STATIC_URL}portal/icon.svg"
    content = {
        "name": name,
        "short_name": name,
        "lang": language,
        "dir": "ltr" if language == "en" else "rtl",
        "start_url": reverse("help-home"),
        "scope": reverse("help-home"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0a6b67",
        "icons": [{"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}],
    }
    return JsonResponse(content, content_type="application/manifest+json")
