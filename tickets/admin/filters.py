"""The filters of the ticket list, all on columns of the ticket itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tickets.admin.inbox_views import VIEWS, default_view
from tickets.models import Ticket
from tickets.pages import choices
from tickets.pages.filters import IdFilter
from tickets.states import PRIORITIES
from tickets.unassigned import unassigned

Tickets = QuerySet[Ticket]


class QuickView(admin.SimpleListFilter):
    """The views one goes to all day; drawn beside the list, not among the filters."""

    title = _("view")
    parameter_name = "view"
    template = "tickets/no_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(slug, view.label) for slug, view in VIEWS.items()]

    def queryset(self, request: HttpRequest, queryset: Tickets) -> Tickets:
        # Rows chosen by hand are done as chosen, though one may have left the view since.
        if request.method == "POST" and request.POST.get("select_across") != "1":
            return queryset
        slug = self.value() or default_view(request.GET)
        return queryset.filter(VIEWS[slug].of(request.user)) if slug in VIEWS else queryset  # type: ignore[arg-type]


class PriorityFilter(admin.SimpleListFilter):
    title = _("priority")
    parameter_name = "priority"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, priority.label) for name, priority in reversed(PRIORITIES.items())]

    def queryset(self, request: HttpRequest, queryset: Tickets) -> Tickets:
        priority = PRIORITIES.get(self.value() or "")
        return queryset.filter(priority=priority) if priority else queryset


class CategoryFilter(IdFilter):
    title, parameter_name, column, nothing = _("category"), "category", "category_id", _("Without a category")

    def things(self, request: HttpRequest) -> choices.Choices:
        return [(row.pk, f"{choices.INDENT * depth}{row}") for row, depth in choices.tree()]


class AgentFilter(IdFilter):
    """By assignee; those who can answer no more are on offer while they have open tickets."""

    title, parameter_name, column, nothing = _("agent"), "agent", "assignee_id", choices.NOBODY

    def things(self, request: HttpRequest) -> choices.Choices:
        return [*choices.agents(), *choices.former_agents()]

    def of_nothing(self, queryset: Tickets) -> Tickets:
        return queryset.filter(unassigned())


class TeamFilter(IdFilter):
    title, parameter_name, column, nothing = _("team"), "team", "team_id", _("Without a team")

    def things(self, request: HttpRequest) -> choices.Choices:
        return choices.teams()


class FilesFilter(admin.SimpleListFilter):
    title = _("attachments")
    parameter_name = "files"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("With files")), ("no", _("Without files"))]

    def queryset(self, request: HttpRequest, queryset: Tickets) -> Tickets:
        with_files = Q(attachment_count__gt=0) | Q(note_attachment_count__gt=0)
        if self.value() == "yes":
            return queryset.filter(with_files)
        return queryset.exclude(with_files) if self.value() == "no" else queryset


class _YesNo(admin.SimpleListFilter):
    """By a condition, or by its opposite."""

    names: tuple[Any, Any]
    condition: Q

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(zip(("yes", "no"), self.names, strict=True))

    def queryset(self, request: HttpRequest, queryset: Tickets) -> Tickets:
        if self.value() == "yes":
            return queryset.filter(self.condition)
        return queryset.filter(~self.condition) if self.value() == "no" else queryset


class SlaFilter(_YesNo):
    title, parameter_name = _("service level"), "sla"
    names = (_("Missed"), _("Not missed"))
    condition = Q(sla_breached=True)


class RatedFilter(_YesNo):
    title, parameter_name = _("rating"), "rated"
    names = (_("Rated"), _("Not rated"))
    condition = Q(rating__isnull=False)


class TagFilter(admin.SimpleListFilter):
    """By a tag, as the tags of a ticket link to it; shown only while it is in force."""

    title, parameter_name = _("tag"), "tag"

    def has_output(self) -> bool:
        return bool(self.value())

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        value = request.GET.get(self.parameter_name, "")
        return [(value, value)] if value else []

    def queryset(self, request: HttpRequest, queryset: Tickets) -> Tickets:
        return queryset.filter(tags__contains=[self.value()]) if self.value() else queryset
