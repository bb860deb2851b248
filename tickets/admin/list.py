"""The inbox and the pages of tickets: who sees which, filters, search, and what is done to many at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from core.admin import DayRange, OperationAdmin, holds, kept_filters, list_url
from core.search_words import literal_or_bare, words_of
from realtime.log import latest_seqs
from tickets import policies
from tickets.admin import bulk, saved_views, views
from tickets.admin.create import new_ticket
from tickets.admin.detail import is_fragment, list_name, ticket_page
from tickets.admin.filters import (
    AgentFilter,
    CategoryFilter,
    FilesFilter,
    PriorityFilter,
    QuickView,
    RatedFilter,
    SlaFilter,
    TagFilter,
    TeamFilter,
)
from tickets.admin.finding import found_tickets
from tickets.admin.history import entries_of, in_words
from tickets.admin.inbox import OWN, PAGE, InboxList
from tickets.admin.inbox_views import default_view, links_of, saved_links_of, shown_views
from tickets.admin.saved_views import SaveViewForm
from tickets.models import Ticket
from tickets.pages.filters import CustomerFilter, StatusFilter
from tickets.pages.requests import person
from tickets.queries import complete, tickets_for
from tickets.rooms import QUEUE
from tickets.search import conditions

VIEW_ALL = "support.tickets.view_all"


class TicketAdmin(OperationAdmin):
    """Reads by `visible_to`, writes by operations; the page of one ticket is our own."""

    view_right = policies.VIEW
    add_right = policies.CREATE
    add_words = _("New ticket")
    change_list_template = "tickets/list.html"
    list_display = ("number",)
    list_filter = (
        QuickView,
        StatusFilter,
        PriorityFilter,
        CategoryFilter,
        AgentFilter,
        TeamFilter,
        CustomerFilter,
        TagFilter,
        FilesFilter,
        SlaFilter,
        RatedFilter,
        ("created_at", DayRange),
    )
    search_fields = ("number", "subject", "description", "order_id", "product_id", "customer__name", "customer__email")
    search_help_text = _("Number, words, order or customer")
    list_per_page = PAGE
    actions = ("take", "assign", "change_status", "change_priority", "add_tags", "macro", "merge")

    # --- Who may --------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return tickets_for(request.user).order_by()  # type: ignore[arg-type]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[InboxList]:
        return InboxList

    def filter_parameters(self, request: HttpRequest) -> set[str]:
        return super().filter_parameters(request) | OWN

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Return the rows that hold every word in the text that the database keeps folded, as the API finds them."""
        return literal_or_bare(lambda words: queryset.filter(*conditions(words)), words_of(search_term)), False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request, policies.VIEW) or holds(request, VIEW_ALL)

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return holds(request, policies.ASSIGN)

    def has_update_permission(self, request: HttpRequest) -> bool:
        return holds(request, policies.UPDATE) or holds(request, policies.CLOSE)

    def has_reply_permission(self, request: HttpRequest) -> bool:
        return holds(request, policies.REPLY)

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return holds(request, policies.MERGE)

    # --- The list -------------------------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Add the queue's room and its latest number, read before the tickets, for those it carries events to."""
        queue = {"room": QUEUE, "seq": latest_seqs([QUEUE])[QUEUE]} if holds(request, VIEW_ALL) else {}
        page = {"trail": [(list_name(self.opts), "")], "may_take": self.has_assign_permission(request)}
        response = super().changelist_view(request, {**queue, **page, **(extra_context or {})})
        if isinstance(response, TemplateResponse) and "cl" in (response.context_data or {}):
            self._beside(response, request)
        return response

    def _beside(self, response: TemplateResponse, request: HttpRequest) -> None:
        """Add the views beside the list; a fragment is the list and the views alone."""
        assert response.context_data is not None
        inbox: InboxList = response.context_data["cl"]
        user, here = person(request), inbox.params.get("view") or default_view(request.GET)
        response.context_data |= {
            **shown_views(links_of(user, here, inbox.kept), saved_links_of(user, inbox.kept)),
            "save_form": SaveViewForm(initial={"parameters": urlencode(inbox.kept)}),
        }
        if is_fragment(request):
            response.template_name = "tickets/list_rows.html"

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

    @admin.action(description=_("Change the priority…"), permissions=["update"])
    def change_priority(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse | None:
        return bulk.ask(request, self, queryset, bulk.BulkPriorityForm, "change_priority")

    @admin.action(description=_("Add tags…"), permissions=["update"])
    def add_tags(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse | None:
        return bulk.ask(request, self, queryset, bulk.BulkTagsForm, "add_tags")

    @admin.action(description=_("Carry out a macro…"), permissions=["reply"])
    def macro(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse | None:
        return bulk.ask(request, self, queryset, bulk.BulkMacroForm, "macro")

    @admin.action(description=_("Merge…"), permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse | None:
        return bulk.ask(request, self, queryset, bulk.BulkMergeForm, "merge")

    # --- Pages ----------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("colleagues/", wrap(views.colleagues), name="tickets_colleagues"),
            path("views/save/", wrap(saved_views.save), name="tickets_view_save"),
            path("views/<int:view_id>/remove/", wrap(saved_views.remove), name="tickets_view_remove"),
            path("<str:ref>/find/", wrap(found_tickets), name="tickets_ticket_find"),
            path("<str:ref>/viewers/", wrap(views.viewers), name="tickets_ticket_viewers"),
            path("<str:ref>/draft/", wrap(views.save_draft), name="tickets_ticket_draft"),
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
        ticket = complete(object_id, request.user)  # type: ignore[arg-type]
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
