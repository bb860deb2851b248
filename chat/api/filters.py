"""The closed filters and sorts of GET /chat/sessions."""

from __future__ import annotations

import datetime

import django_filters
from django.db.models import QuerySet

from chat.models import Session
from chat.states import Status
from core.api.filters import DayFilter, IdFilter, WordsFilter
from core.api.lists import Sort
from core.days import day_end, day_start

SORTS = {
    "createdAt": Sort("created_at"),
    "updatedAt": Sort("updated_at"),
    "waitingSince": Sort("waiting_since", nullable=True),
}


class SessionFilter(django_filters.FilterSet):
    """By state (a comma-separated list), agent (`none` for nobody), customer, and day of the start."""

    status = WordsFilter({status.value: status for status in Status}, field_name="status")
    agentId = IdFilter(field_name="agent")
    customerId = IdFilter(field_name="customer")
    fromDate = DayFilter(method="from_day")
    toDate = DayFilter(method="to_day")

    class Meta:
        model = Session
        fields: list[str] = []

    def from_day(self, queryset: QuerySet[Session], _name: str, day: datetime.date) -> QuerySet[Session]:
        return queryset.filter(created_at__gte=day_start(day))

    def to_day(self, queryset: QuerySet[Session], _name: str, day: datetime.date) -> QuerySet[Session]:
        return queryset.filter(created_at__lt=day_end(day))
