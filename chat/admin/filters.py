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
from tickets.pages import filters
from tickets.pages.choices import NOBODY, Choices

Sessions = QuerySet[Session]


class StatusFilter(filters.StatusFilter):
    states = Status


class AgentFilter(filters.IdFilter):
    title, parameter_name, column, nothing = _("agent"), "agent", "agent_id", NOBODY

    def things(self, request: HttpRequest) -> Choices:
        agents = User.objects.with_right("chat.accept").order_by("name", "pk").only("name")
        return [(agent.pk, agent.name) for agent in agents]


class CustomerFilter(filters.CustomerFilter):
    model = Session


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
