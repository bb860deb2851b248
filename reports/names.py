"""The names of what figures are grouped by: agents, categories, teams, priorities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import SERVICE_ROLES, Team, User
from reports.asking import NONE, Ask
from reports.report import Line, Name
from tickets.models import Category
from tickets.states import Priority

NO_CATEGORY, NO_TEAM = _("Without a category"), _("Without a team")


def agents(ask: Ask, found: Iterable[int | None]) -> dict[Any, Name]:
    """Return the names of the agents of a report: those who may reply, and whoever else figures were found of."""
    only = ask.only.get("agentId")
    rows = User.objects.exclude(role__in=SERVICE_ROLES)
    if only is not None:
        rows = rows.filter(pk=only)
    else:
        able = User.objects.with_right("tickets.reply").values("pk")
        rows = rows.filter(pk__in=able) | rows.filter(pk__in=[pk for pk in found if pk])
    return dict(rows.order_by("name", "pk").values_list("pk", "name"))


def categories(ask: Ask, found: Iterable[int | None]) -> dict[Any, Name]:
    """Return the names of the categories of a report: the active ones, and whatever else figures were found of."""
    return _named(Category.objects.all(), ask.only.get("categoryId"), set(found), NO_CATEGORY)


def teams(ask: Ask, found: Iterable[int | None]) -> dict[Any, Name]:
    """Return the names of the teams of a report, as of categories."""
    return _named(Team.objects.all(), ask.only.get("teamId"), set(found), NO_TEAM)


def priorities(_ask: Ask, _found: Iterable[int | None]) -> dict[Any, Name]:
    """Return the names of all priorities, the most urgent first."""
    return {int(priority): priority.label for priority in sorted(Priority, reverse=True)}


def _named(rows: Any, only: Any, found: set[int | None], without: Name) -> dict[Any, Name]:
    named = {
        row.pk: (row.name_ar, row.name_en)
        for row in rows.order_by("name_en", "pk")
        if (row.pk == only if only is not None else getattr(row, "is_active", True) or row.pk in found)
    }
    return named | ({None: without} if only == NONE or None in found else {})


def wire_name(line: Line, language: str) -> str:
    """Return what the API calls a line: of a pair, the name in the reader's language."""
    if isinstance(line.name, tuple):
        arabic, english = line.name
        return str((english or arabic) if language.startswith("en") else (arabic or english))
    return str(line.name)
