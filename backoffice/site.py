"""The back office's admin site: stock Django admin under our own look, entered through our own door."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse

from backoffice import navigation
from backoffice.context import site_name
from chat.policies import ACCEPT


class BackOfficeSite(AdminSite):
    """Entered by active staff alone; knows its areas, keeps no log of its own (the audit log does)."""

    enable_nav_sidebar = False
    site_url = ""
    empty_value_display = "—"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        """Customers, guests and service users never get in."""
        return bool(request.user.is_authenticated and request.user.is_staff)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        name = site_name()
        inside = context["has_permission"]
        areas = navigation.areas_of(self, request) if inside else []
        # On every page: whoever takes chats is here while a page of his is open, and hears of those who wait.
        takes_chats = inside and not context["is_popup"] and request.user.has_perm(ACCEPT)
        own = {"areas": areas, "takes_chats": takes_chats}
        return {**context, "site_title": name, "site_header": name, "site_name": name, **own}

    def get_log_entries(self, request: HttpRequest) -> Any:
        return []

    def history_url(self, kind: str, object_id: str) -> str:
        """The audit log of one thing."""
        query = urlencode({"entity_type": kind, "entity_id": object_id})
        return f"{reverse('admin:audit_entry_changelist')}?{query}"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from backoffice import second_factor, views
        from notifications.admin.urls import pages as notification_pages
        from reports.pages import urls as report_pages
        from widget.pages import pages as widget_pages

        own: list[URLPattern | URLResolver] = [
            path("language", views.choose_language, name="language"),
            path("hold-replies", self.admin_view(views.hold_replies), name="hold_replies"),
            path("password/forgot", views.forgot_password, name="password_forgot"),
            path("password/reset/<str:token>", views.reset_password, name="password_reset"),
        ]
        own += [path("samples/", self.admin_view(lambda request: views.samples(request, self)), name="samples")]
        inside = self.admin_view(lambda request: second_factor.second_factor(request, self))
        own += [
            path("login/code", lambda request: second_factor.enter_code(request, self), name="sign_in_code"),
            path("account/second-factor", inside, name="second_factor"),
        ]
        return [*own, *notification_pages(self), *report_pages(self), *widget_pages(self), *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from backoffice import views

        return views.sign_in(request, self)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from backoffice import views

        return views.sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from backoffice import views

        return views.change_password(request, self)

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(reverse("admin:index"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from backoffice import home

        context = {**home.context(request), **(extra_context or {})}
        if request.headers.get("HX-Request") == "true":
            return TemplateResponse(request, "backoffice/home.html", {**self.each_context(request), **context})
        return super().index(request, context)

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """Areas stand in the navigation; an app has no page of its own."""
        return HttpResponseRedirect(reverse("admin:index"))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Nothing: no page of ours searches through Django's own address, which would answer for every model."""
        raise Http404

    def catch_all_view(self, request: HttpRequest, url: str) -> HttpResponse:
        """Addresses typed without the last slash are mended; the rest does not exist."""
        from django.urls import Resolver404, resolve

        if request.method == "GET" and not url.endswith("/"):
            try:
                found = resolve(f"{request.path_info}/")
            except Resolver404:
                raise Http404 from None
            if getattr(found.func, "__name__", "") != "catch_all_view":
                return HttpResponseRedirect(f"{request.path}/")
        raise Http404
