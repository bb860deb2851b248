"""The list of tickets: whose they are, quick views, filters, search, and what is done to many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin import DayRange, OperationAdmin, holds, kept_filters, list_url
from core.search_words import literal_or_bare, words_of
from realtime.log import latest_seqs
from tickets import policies
from tickets.admin import bulk, views
from tickets.admin.badges import assignee_words, moment, priority_badge, status_badge
from tickets.admin.create import new_ticket
from tickets.admin.detail import find, is_fragment, list_name, ticket_page
from tickets.admin.filters import (
    AgentFilter,
    CategoryFilter,
    CustomerFilter,
    FilesFilter,
    PriorityFilter,
    QuickView,
    StatusFilter,
    TeamFilter,
)
from tickets.admin.history import entries_of, in_words
from tickets.models import Ticket
from tickets.queries import tickets_for
from tickets.rooms import QUEUE
from tickets.search import conditions
from tickets.unassigned import unassigned

VIEW_ALL = "support.tickets.view_all"


class TicketAdmin(OperationAdmin):
    """Reads by `visible_to`, writes by operations; the page of one ticket is our own."""

    view_right = policies.VIEW
    add_right = policies.CREATE
    add_words = _("New ticket")
    change_list_template = "tickets/list.html"
    list_display = (
        "number_and_subject",
        "customer_name",
        "status_badge",
        "priority_badge",
        "category_name",
        "assignee_name",
        "last_message",
        "created",
    )
    list_display_links = ("number_and_subject",)
    list_filter = (
        QuickView,
        StatusFilter,
        PriorityFilter,
        CategoryFilter,
        AgentFilter,
        TeamFilter,
        CustomerFilter,
        FilesFilter,
        ("created_at", DayRange),
    )
    search_fields = ("number", "subject", "description", "order_id", "product_id", "customer__name", "customer__email")
    search_help_text = _("Number, subject, order, customer's name, e-mail or phone")
    ordering = ("-created_at", "-pk")
    actions = ("take", "assign", "change_status")

    # --- Who may --------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        people = ("customer", "assignee", "category")
        found = tickets_for(request.user).select_related(*people)  # type: ignore[arg-type]
        found = found.annotate(is_unassigned=ExpressionWrapper(unassigned(), BooleanField()))
        return found.defer("description").order_by(*self.ordering)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Return the rows that hold every word in the text that the database keeps folded, as the API finds them."""
        return literal_or_bare(lambda words: queryset.filter(*conditions(words)), words_of(search_term)), False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request, policies.VIEW) or holds(request, VIEW_ALL)

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return holds(request, policies.ASSIGN)

    def has_update_permission(self, request: HttpRequest) -> bool:
        return holds(request, policies.UPDATE) or holds(request, policies.CLOSE)

    # --- The list -------------------------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """As Django's, with the queue's room and its head, read before the tickets, for those it carries events to."""
        queue = {"room": QUEUE, "seq": latest_seqs([QUEUE])[QUEUE]} if holds(request, VIEW_ALL) else {}
        page = {"trail": [(list_name(self.opts), "")], "may_take": self.has_assign_permission(request)}
        response = super().changelist_view(request, {**queue, **page, **(extra_context or {})})
        if is_fragment(request) and isinstance(response, TemplateResponse):
            response.template_name = "tickets/list_rows.html"
        return response

    @admin.display(description=_("ticket"), ordering="number")
    def number_and_subject(self, ticket: Ticket) -> SafeString:
        return format_html(
            '<span class="ticket-name"><bdi class="quiet small" dir="ltr">{}</bdi><span dir="auto">{}</span></span>',
            ticket.number,
            ticket.subject,
        )

    @admin.display(description=_("customer"))
    def customer_name(self, ticket: Ticket) -> SafeString:
        return format_html("<bdi>{}</bdi>", ticket.customer.name)

    @admin.display(description=_("status"))
    def status_badge(self, ticket: Ticket) -> SafeString:
        return status_badge(ticket)

    @admin.display(description=_("priority"), ordering="priority")
    def priority_badge(self, ticket: Ticket) -> SafeString:
        return priority_badge(ticket)

    @admin.display(description=_("category"), empty_value="")
    def category_name(self, ticket: Ticket) -> str:
        return str(ticket.category or "")

    @admin.display(description=_("agent"))
    def assignee_name(self, ticket: Ticket) -> SafeString | str:
        return assignee_words(ticket.assignee, is_unassigned=vars(ticket)["is_unassigned"])

    @admin.display(description=_("last message"), ordering="last_message_at")
    def last_message(self, ticket: Ticket) -> SafeString:
        return moment(ticket.last_message_at)

    @admin.display(description=_("created"), ordering="created_at")
    def created(self, ticket: Ticket) -> SafeString:
        return moment(ticket.created_at)

    # --- Many at once ---------------------------------------------------------------------------------------------
    @admin.action(description=_("Assign to me"), permissions=["assign"])
    def take(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        bulk.take(request, queryset)

    @admin.action(description=_("Assign…"), permissions=["assign"])
    def assign(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse | None:
        return bulk.ask(request, self, queryset, bulk.BulkAssignForm, "assign")

    @admin.action(description=_("Change the status…"), permissions=["update"])
    def change_status(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse | None:
        return bulk.ask(request, self, queryset, bulk.BulkStatusForm, "change_status")

    # --- Pages ----------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<str:ref>/do/<slug:slug>/", wrap(self.act), name="tickets_ticket_act"),
            path("<str:ref>/canned/", wrap(views.canned_text), name="tickets_ticket_canned"),
            path("<str:ref>/files/<str:attachment_id>/", wrap(views.file), name="tickets_ticket_file"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of a ticket; it is changed at its forms' own addresses."""
        return ticket_page(request, self.admin_site, object_id, self.opts)

    def act(self, request: HttpRequest, ref: str, slug: str) -> HttpResponse:
        return views.act(request, self.admin_site, self.opts, ref, slug)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A ticket opened for a customer."""
        return new_ticket(request, self.admin_site, self.opts)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """All that became of a ticket, in words."""
        ticket = find(object_id, request.user)  # type: ignore[arg-type]
        page = self.paginator(entries_of(ticket), 50).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": ticket.number,
            "opts": self.opts,
            "ticket": ticket,
            "page": page,
            "acts": in_words(list(page.object_list)),
            "trail": [
                (list_name(self.opts), list_url(request, "admin:tickets_ticket_changelist")),
                (ticket.number, views.page_url(ticket.pk) + kept_filters(request)),
                (_("History"), ""),
            ],
        }
        return TemplateResponse(request, "tickets/history.html", context)
