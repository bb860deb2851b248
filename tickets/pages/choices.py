"""Define what the selects of ticket pages offer: agents, teams, the tree of categories, canned responses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from core.database.compiled import Prepared
from tickets.models import CannedResponse, Category, Ticket
from tickets.states import WORKING

Choices = list[tuple[Any, str | Promise]]
NOBODY = _("Nobody")
PRESENT = _("Whoever has it now")
AS_IT_FOLLOWS = _("Status: auto")
NONE = "—"
INDENT = "\u2003"


def agents(present: User | None = None) -> Choices:
    """Return those who can take a ticket; the one who holds it stays on offer whatever became of him."""
    found = _AGENTS.fetch()
    if present is not None and present not in found:
        found.insert(0, present)
    return [("", NOBODY), *((agent.pk, agent.name) for agent in found)]


def former_agents() -> Choices:
    """Return the agents who can take tickets no more and still have open ones."""
    return [(agent.pk, agent.name) for agent in _FORMER_AGENTS.fetch()]


def _able() -> QuerySet[User]:
    return User.objects.with_right("tickets.reply").order_by("name", "pk").only("name")


def _former() -> QuerySet[User]:
    held = Ticket.objects.filter(assignee=OuterRef("pk"), status__in=WORKING)
    return User.objects.without_right("tickets.reply").filter(Exists(held)).order_by("name", "pk").only("name")


_AGENTS: Prepared[User] = Prepared(_able)
_FORMER_AGENTS: Prepared[User] = Prepared(_former)


def teams(present: Team | None = None) -> Choices:
    """Active teams, and the present one."""
    found = list(Team.objects.filter(is_active=True))
    if present is not None and present not in found:
        found.insert(0, present)
    return [("", NONE), *((team.pk, str(team)) for team in found)]


def categories(present: Category | None = None) -> Choices:
    """Active categories as an indented tree, and the present one."""
    rows = [(row, depth) for row, depth in tree() if row.is_active or row == present]
    return [("", NONE), *((row.pk, f"{INDENT * depth}{row}") for row, depth in rows)]


def tree(rows: Iterable[Category] | None = None) -> Iterator[tuple[Category, int]]:
    """Every category with its depth, parents before their children, in the order of their names."""
    children: dict[int | None, list[Category]] = {}
    for row in Category.objects.all() if rows is None else rows:
        children.setdefault(row.parent_id, []).append(row)

    def walk(parent_id: int | None, depth: int) -> Iterator[tuple[Category, int]]:
        for row in sorted(children.get(parent_id, ()), key=str):
            yield row, depth
            yield from walk(row.pk, depth + 1)

    return walk(None, 0)


def canned(language: str) -> Choices:
    """Canned responses as `id:language`, the given language's group first."""
    rows = list(CannedResponse.objects.all())
    if not rows:
        return []
    groups = {
        "ar": ("العربية", [(f"{row.pk}:ar", row.title_ar) for row in rows if row.body_ar]),
        "en": ("English", [(f"{row.pk}:en", row.title_en) for row in rows if row.body_en]),
    }
    order = ("en", "ar") if language == "en" else ("ar", "en")
    return [("", _("Canned response…")), *(groups[code] for code in order)]  # type: ignore[list-item]
