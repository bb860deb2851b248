"""Taking away another's second factor, for someone who lost phone and recovery codes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import operations
from accounts.models import User
from accounts.operations.second_factor import has_second_factor
from accounts.policies import may_change
from core.admin import describe, holds
from core.errors import Problem


def may_reset(request: HttpRequest, user: User) -> bool:
    """Return whether the page of this person offers it."""
    if user.pk == request.user.pk or not holds(request, "support.users.manage"):
        return False
    return may_change(request.user, user) and has_second_factor(user)  # type: ignore[arg-type]


def reset_view(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Ask once more, then do it; `page` is the ModelAdmin of people."""
    user = page.get_object(request, object_id)
    if user is None:
        raise Http404
    if not holds(request, "support.users.manage") or not page.has_change_permission(request, user):
        raise PermissionDenied
    if request.method == "POST":
        _reset(page, request, user)
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[user.pk]))
    words = {"title": _("Reset the second factor"), "subtitle": user.name, "original": user, "opts": page.opts}
    context = {**page.admin_site.each_context(request), **words}
    return TemplateResponse(request, "admin/user_second_factor.html", context)


def _reset(page: Any, request: HttpRequest, user: User) -> None:
    try:
        operations.reset_second_factor(user.pk, by=request.user)  # type: ignore[arg-type]
    except Problem as problem:
        page.message_user(request, describe(problem), messages.ERROR)
        return
    page.message_user(request, _("The second factor of %(name)s is off.") % {"name": user.name}, messages.SUCCESS)
