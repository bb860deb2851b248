"""The closed filters and sorts of GET /tickets; named as in search."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.api.filters import DaysFilterSet, FlagFilter, IdFilter, WordsFilter
from core.api.lists import Sort
from core.errors import Invalid
from tickets.models import Ticket
from tickets.states import PRIORITIES, Status
from tickets.tags import split_tags
from tickets.unassigned import unassigned

MAX_TAGS, TAG_LENGTH = 20, 40
SORTS = {
    "createdAt": Sort("created_at"),
    "updatedAt": Sort("updated_at"),
    "priority": Sort("priority"),
    "status": Sort("status"),
    "ticketNumber": Sort("id"),
}
STAFF_SORTS = {**SORTS, "slaDueAt": Sort("sla_due_at", nullable=True)}


class TicketFilter(DaysFilterSet):
    """Hold what anybody may ask of his tickets: status, priority (comma-separated lists), things, days, flags."""

    status = WordsFilter({status.value: status for status in Status}, field_name="status")
    priority = WordsFilter(PRIORITIES, field_name="priority")
    categoryId = IdFilter(field_name="category", none=True)
    orderId = django_filters.CharFilter(field_name="order_id", max_length=64)
    productId = django_filters.CharFilter(field_name="product_id", max_length=64)
    hasAttachments = FlagFilter(method="with_files")
    rated = FlagFilter(method="by_rated")

    class Meta:
        model = Ticket
        fields: list[str] = []

    def with_files(self, queryset: QuerySet[Ticket], _name: str, value: bool) -> QuerySet[Ticket]:
        """Return those of public messages; a note's files do not show."""
        return queryset.filter(attachment_count__gt=0) if value else queryset.filter(attachment_count=0)

    def by_rated(self, queryset: QuerySet[Ticket], _name: str, value: bool) -> QuerySet[Ticket]:
        return queryset.filter(~Q(rating=None) if value else Q(rating=None))


class AssigneeFilter(IdFilter):
    """By assignee; `none` finds what nobody holds, whoever had it."""

    def filter(self, qs: QuerySet[Ticket], value: Any) -> QuerySet[Ticket]:
        return qs.filter(unassigned()) if value == "none" else super().filter(qs, value)


class StaffTicketFilter(TicketFilter):
    """With what the customer form does not tell: agent, team, customer, tags, the files of notes."""

    agentId = AssigneeFilter(field_name="assignee", none=True)
    teamId = IdFilter(field_name="team", none=True)
    customerId = IdFilter(field_name="customer")
    tags = django_filters.BaseInFilter(field_name="tags", method="by_tags")
    slaBreached = FlagFilter(field_name="sla_breached")

    def by_tags(self, queryset: QuerySet[Ticket], _name: str, values: list[str]) -> QuerySet[Ticket]:
        tags = split_tags(values)
        blank = not all(value.strip() for value in values)
        if blank or not tags or max(len(tags), len(values)) > MAX_TAGS or max(map(len, tags)) > TAG_LENGTH:
            raise Invalid(fields={"tags": [_("This value cannot be used.")]})
        return queryset.filter(tags__contains=tags)

    def with_files(self, queryset: QuerySet[Ticket], _name: str, value: bool) -> QuerySet[Ticket]:
        some = Q(attachment_count__gt=0) | Q(note_attachment_count__gt=0)
        return queryset.filter(some if value else ~some)


def filters_for(user: Any) -> type[TicketFilter]:
    """The filters one may use: what the customer form does not tell cannot be asked either."""
    return StaffTicketFilter if user.is_agent else TicketFilter


def sorts_for(user: Any) -> dict[str, Sort]:
    """The orders one may ask for."""
    return STAFF_SORTS if user.is_agent else SORTS
