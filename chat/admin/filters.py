"""The filters of the list of chats, all on columns of the chat itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat.models import Session
from chat.states import Status
from tickets.admin.choices import NOBODY, Choices
from tickets.admin.filters import IdFilter

Sessions = QuerySet[Session]


class StatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Status.choices)

    def queryset(self, request: HttpRequest, queryset: Sessions) -> Sessions:
        return queryset.filter(status=self.value()) if self.value() in Status.values else queryset


class AgentFilter(IdFilter):
    title, parameter_name, column, nothing = _("agent"), "agent", "agent_id", NOBODY

    def things(self, request: HttpRequest) -> Choices:
        agents = User.objects.with_right("chat.accept").order_by("name", "pk").only("name")
        return [(agent.pk, agent.name) for agent in agents]


class CustomerFilter(IdFilter):
    """One customer's chats, as the links of a chat's page ask for; shown only while it is in force."""

    title, parameter_name, column = _("customer"), "customer", "customer_id"

    def has_output(self) -> bool:
        return bool(self.value())

    def things(self, request: HttpRequest) -> Choices:
        """By name, for whoever sees a chat of his."""
        value = request.GET.get(self.parameter_name, "")
        if not (value.isascii() and value.isdigit() and len(value) < 19):
            return [(value, "?")] if value else []
        seen = Session.objects.visible_to(request.user).filter(customer_id=int(value))  # type: ignore[arg-type]
        name = seen.order_by("-pk").values_list("customer__name", flat=True).first()
        return [(value, name or "?")]


class RatedFilter(admin.SimpleListFilter):
    title = _("rating")
    parameter_name = "rated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("good", _("4 or 5")), ("bad", _("1 to 3")), ("none", _("Not rated"))]

    def queryset(self, request: HttpRequest, queryset: Sessions) -> Sessions:
        wanted: dict[str, dict[str, Any]] = {
            "good": {"rating__rating__gte": 4},
            "bad": {"rating__rating__lte": 3},
            "none": {"rating": None},
        }
        return queryset.filter(**wanted.get(self.value() or "", {}))
