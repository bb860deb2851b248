"""The closed filters and sorts of GET /tickets; named as in search."""

from __future__ import annotations

import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from core.api.lists import Sort
from core.api.views import one_of
from core.days import day_end, day_start
from tickets.models import Ticket
from tickets.states import PRIORITIES, Status

SORTS = {
    "createdAt": Sort("created_at"),
    "updatedAt": Sort("updated_at"),
    "priority": Sort("priority"),
    "status": Sort("status"),
    "ticketNumber": Sort("id"),
}
STAFF_SORTS = {**SORTS, "slaDueAt": Sort("sla_due_at", nullable=True)}


class DayField(forms.DateField):
    """A day as ISO 8601 writes it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "input_formats": ["%Y-%m-%d"]})


class IdFilter(django_filters.CharFilter):
    """An id, or `none` for nothing set where that is offered; a malformed id finds nothing."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        if value == "none":
            return qs.filter(**{f"{self.field_name}__isnull": True})
        text = str(value)
        return (
            qs.filter(**{self.field_name: int(text)})
            if text.isascii() and text.isdigit() and len(text) < 19
            else qs.none()
        )


class DayFilter(django_filters.DateFilter):
    field_class = DayField


class TicketFilter(django_filters.FilterSet):
    """What anybody may ask of his tickets: status, priority (comma-separated lists), things, days, flags."""

    status = django_filters.BaseInFilter(field_name="status", method="by_status")
    priority = django_filters.BaseInFilter(field_name="priority", method="by_priority")
    categoryId = IdFilter(field_name="category")
    orderId = django_filters.CharFilter(field_name="order_id")
    productId = django_filters.CharFilter(field_name="product_id")
    fromDate = DayFilter(method="from_day")
    toDate = DayFilter(method="to_day")
    hasAttachments = django_filters.TypedChoiceFilter(
        choices=[("true", "true"), ("false", "false")], coerce=lambda value: value == "true", method="with_files"
    )
    rated = django_filters.TypedChoiceFilter(
        choices=[("true", "true"), ("false", "false")], coerce=lambda value: value == "true", method="by_rated"
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def by_status(self, queryset: QuerySet[Ticket], _name: str, values: list[str]) -> QuerySet[Ticket]:
        return queryset.filter(status__in=_known("status", values, {status.value: status for status in Status}))

    def by_priority(self, queryset: QuerySet[Ticket], _name: str, values: list[str]) -> QuerySet[Ticket]:
        return queryset.filter(priority__in=_known("priority", values, PRIORITIES))

    def from_day(self, queryset: QuerySet[Ticket], _name: str, day: datetime.date) -> QuerySet[Ticket]:
        return queryset.filter(created_at__gte=day_start(day))

    def to_day(self, queryset: QuerySet[Ticket], _name: str, day: datetime.date) -> QuerySet[Ticket]:
        return queryset.filter(created_at__lt=day_end(day))

    def with_files(self, queryset: QuerySet[Ticket], _name: str, value: bool) -> QuerySet[Ticket]:
        """Those of public messages; a note's files do not show."""
        return queryset.filter(attachment_count__gt=0) if value else queryset.filter(attachment_count=0)

    def by_rated(self, queryset: QuerySet[Ticket], _name: str, value: bool) -> QuerySet[Ticket]:
        return queryset.filter(~Q(rating=None) if value else Q(rating=None))


class StaffTicketFilter(TicketFilter):
    """With what the customer form does not tell: agent, team, customer, tags, the files of notes."""

    agentId = IdFilter(field_name="assignee")
    teamId = IdFilter(field_name="team")
    customerId = IdFilter(field_name="customer")
    tags = django_filters.BaseInFilter(field_name="tags", method="by_tags")
    slaBreached = django_filters.TypedChoiceFilter(
        field_name="sla_breached",
        choices=[("true", "true"), ("false", "false")],
        coerce=lambda value: value == "true",
    )

    def by_tags(self, queryset: QuerySet[Ticket], _name: str, values: list[str]) -> QuerySet[Ticket]:
        return queryset.filter(tags__contains=values)

    def with_files(self, queryset: QuerySet[Ticket], _name: str, value: bool) -> QuerySet[Ticket]:
        some = Q(attachment_count__gt=0) | Q(note_attachment_count__gt=0)
        return queryset.filter(some if value else ~some)


def filters_for(user: Any) -> type[TicketFilter]:
    """The filters one may use: what the customer form does not tell cannot be asked either."""
    return StaffTicketFilter if user.is_agent else TicketFilter


def sorts_for(user: Any) -> dict[str, Sort]:
    """The orders one may ask for."""
    return STAFF_SORTS if user.is_agent else SORTS


def _known(name: str, values: list[str], choices: dict[str, Any]) -> list[Any]:
    return [one_of(name, value, choices) for value in values]
