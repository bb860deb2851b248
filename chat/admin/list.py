"""The list of all chats, past and present, and the addresses of the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat import policies
from chat.admin import views
from chat.admin.badges import lasted, status_badge
from chat.admin.detail import chat_page, desk_page, may_look
from chat.admin.filters import AgentFilter, CustomerFilter, RatedFilter, StatusFilter
from chat.models import Session
from chat.queries import sessions_for
from core.admin import DayRange, OperationAdmin, badge
from core.errors import Forbidden
from tickets.pages.moments import moment


class SessionAdmin(OperationAdmin):
    """Reads by `visible_to`, writes by operations; the page of one chat is the desk with it open."""

    view_right = policies.VIEW
    change_list_template = "chat/list.html"
    list_display = (
        "customer_name",
        "status_badge",
        "agent_name",
        "started",
        "waited",
        "took",
        "rating_badge",
        "ticket_number",
    )
    list_display_links = ("customer_name",)
    list_filter = (StatusFilter, AgentFilter, CustomerFilter, RatedFilter, ("created_at", DayRange))
    search_fields = ("customer__name", "customer__email", "customer__contact_email", "customer__phone")
    search_help_text = _("Customer's name, e-mail or phone")
    ordering = ("-created_at", "-pk")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Return the chats of the customers that are found."""
        return queryset.filter(customer__in=User.objects.customers().holding(search_term)), False

    # --- Who may --------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        people = ("customer", "agent", "rating", "ticket")
        found: QuerySet[Session] = sessions_for(request.user).select_related(*people)  # type: ignore[arg-type]
        return found.order_by(*self.ordering)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request.user)  # type: ignore[arg-type]

    # --- The list -------------------------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        trail = [(capfirst(str(self.opts.verbose_name_plural)), "")]
        return super().changelist_view(request, {"trail": trail, **(extra_context or {})})

    @admin.display(description=_("customer"))
    def customer_name(self, session: Session) -> SafeString:
        return format_html("<bdi>{}</bdi>", session.customer.name)

    @admin.display(description=_("status"))
    def status_badge(self, session: Session) -> SafeString:
        return status_badge(session)

    @admin.display(description=_("agent"))
    def agent_name(self, session: Session) -> SafeString | str:
        return format_html("<bdi>{}</bdi>", session.agent.name) if session.agent else ""

    @admin.display(description=_("started"), ordering="created_at")
    def started(self, session: Session) -> SafeString:
        return moment(session.created_at)

    @admin.display(description=_("waited"))
    def waited(self, session: Session) -> str:
        return lasted(session.first_waiting_at, session.first_accepted_at)

    @admin.display(description=_("took"))
    def took(self, session: Session) -> str:
        return lasted(session.created_at, session.ended_at)

    @admin.display(description=_("rating"))
    def rating_badge(self, session: Session) -> SafeString | str:
        rating = getattr(session, "rating", None)
        if rating is None:
            return ""
        tone = "good" if rating.rating > 3 else "bad" if rating.rating < 3 else "warn"
        return badge(_("%(rating)s of 5") % {"rating": rating.rating}, tone)

    @admin.display(description=_("ticket"))
    def ticket_number(self, session: Session) -> SafeString | str:
        return format_html('<bdi dir="ltr">{}</bdi>', session.ticket.number) if session.ticket else ""

    # --- Pages ----------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("desk/", wrap(self.desk), name="chat_desk"),
            path("bar/", wrap(views.bar), name="chat_bar"),
            path("availability/", wrap(views.availability), name="chat_availability"),
            path("<str:ref>/do/<slug:slug>/", wrap(self.act), name="chat_session_act"),
            path("<str:ref>/canned/", wrap(views.canned_text), name="chat_session_canned"),
            path("<str:ref>/files/<str:attachment_id>/", wrap(views.file), name="chat_session_file"),
        ]
        return [*own, *super().get_urls()]

    def desk(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise Forbidden(policies.VIEW)
        return desk_page(request, self.admin_site)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The desk with this chat open; it is changed at its forms' own addresses."""
        return chat_page(request, self.admin_site, object_id)

    def act(self, request: HttpRequest, ref: str, slug: str) -> HttpResponse:
        return views.act(request, self.admin_site, ref, slug)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Customers begin chats; nobody does it for them."""
        return HttpResponseRedirect(reverse("admin:chat_desk"))
