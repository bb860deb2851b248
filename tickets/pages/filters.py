"""Filters that several lists of the back office take."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet, TextChoices
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.ids import as_number
from tickets.models import Ticket
from tickets.pages.choices import Choices
from tickets.states import Status

NOBODY = "none"


class StatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"
    states: type[TextChoices] = Status

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.states.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() in self.states.values else queryset


class IdFilter(admin.SimpleListFilter):
    """By the id of a thing, or by there being none."""

    column = ""
    nothing: Any = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        found = [(str(pk), name) for pk, name in self.things(request) if pk != ""]
        return [(NOBODY, self.nothing), *found] if self.nothing else found

    def things(self, request: HttpRequest) -> Choices:
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        if not value:
            return queryset
        if value == NOBODY:
            return self.of_nothing(queryset)
        pk = as_number(value)
        return queryset.none() if pk is None else queryset.filter(**{self.column: pk})

    def of_nothing(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.column}__isnull": True})


class CustomerFilter(IdFilter):
    """Hold what is one customer's, as the links of a page ask for; shown only while it is in force."""

    title, parameter_name, column = _("customer"), "customer", "customer_id"
    model: type[Model] = Ticket

    def has_output(self) -> bool:
        return bool(self.value())

    def things(self, request: HttpRequest) -> Choices:
        """By name, for whoever sees a ticket of his (or a chat, where they are listed)."""
        value = request.GET.get(self.parameter_name, "")
        pk = as_number(value)
        if pk is None:
            return [(value, "?")] if value else []
        seen = self.model.objects.visible_to(request.user).filter(customer_id=pk)  # type: ignore[attr-defined]
        name = seen.order_by("-pk").values_list("customer__name", flat=True).first()
        return [(value, name or "?")]
