"""Server keys in the back office: made with a secret that is shown once, and revoked from the list."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import operations
from accounts.models import ServerKey
from core.admin import OperationAdmin, badge, holds


class ServerKeyAdmin(OperationAdmin):
    view_right = add_right = change_right = "support.settings.manage"
    add_words = _("New server key")
    fields = ("name",)
    list_display = ("name", "created_at", "state")
    list_display_links = ("name",)
    search_fields = ("name",)
    ordering = ("name",)
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow actions on the list; a key itself is never edited."""
        return obj is None and holds(request, self.change_right)

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> ServerKey:
        made = operations.create_server_key(form.cleaned_data["name"], by=request.user)  # type: ignore[arg-type]
        request.made = made  # type: ignore[attr-defined]
        return made.key

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Show the secret on the page that answers: it is stored nowhere and never shown again."""
        made = request.made  # type: ignore[attr-defined]
        words = {"title": _("New server key"), "subtitle": made.key.name, "opts": self.opts, "secret": made.secret}
        context = {**self.admin_site.each_context(request), **words}
        response = TemplateResponse(request, "admin/server_key_made.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    @admin.action(description=_("Revoke: no customer is signed in with it any more"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ServerKey]) -> None:
        done = self.each(request, queryset, lambda key: operations.revoke_server_key(key.pk, by=request.user))  # type: ignore[arg-type]
        text = ngettext("%(count)s key was revoked.", "%(count)s keys were revoked.", done)
        self.message_user(request, text % {"count": done})

    @admin.display(description=_("state"), ordering="revoked_at")
    def state(self, key: ServerKey) -> str:
        return badge(_("Revoked"), "bad") if key.revoked_at else badge(_("In use"), "good")
