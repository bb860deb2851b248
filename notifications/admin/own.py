"""The page of the back office where somebody chooses what they are told, how, and when not."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core.operation import operation_scope
from notifications.browsers import switch_context
from notifications.preference_page import QuietForm, keep, table


@never_cache
def preferences(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show one's own choices and keep them."""
    form = QuietForm(request.POST) if request.method == "POST" else QuietForm.of(request.user)
    if form.is_bound and form.is_valid():
        with operation_scope():
            keep(form, request.POST, user=request.user)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("admin:notification_preferences"))
    title = _("What I am told, and how")
    context = {
        **site.each_context(request),
        "title": title,
        "trail": [(_("Notifications"), reverse("admin:my_notifications")), (title, "")],
        "form": form,
        **table(request.user, request.POST if form.is_bound else None),
        **switch_context(request.user, scope=reverse("admin:index"), address=reverse("admin:notification_push")),
    }
    return TemplateResponse(request, "notifications/preferences.html", context, status=400 if form.is_bound else 200)
