"""Holds staff without a second factor at the page that sets it up, where the installation requires one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.models import User
from accounts.operations.second_factor import must_set_up

# What stays open: the page itself, the way out, the language, and the words of its scripts.
OPEN = {"second_factor", "logout", "language", "jsi18n"}


class SecondFactorMiddleware:
    """Asked for each page of the back office; costs a query only where the second factor is required."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """None lets the page answer."""
        found = request.resolver_match
        if found is None or "admin" not in found.namespaces or found.url_name in OPEN:
            return None
        if isinstance(request.user, User) and must_set_up(request.user):
            return HttpResponseRedirect(reverse("admin:second_factor"))
        return None
