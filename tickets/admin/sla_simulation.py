"""The page of a draft policy or calendar run over past tickets: what would have been, and a button that applies it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import Team
from core import clock
from tickets.sla.rules import Rules, read_rules
from tickets.sla.simulation import Simulation, Tally, simulate
from tickets.states import Priority

TRY = "_try"
DAYS = (7, 30, 90)
MOST_TICKETS = 2_000
"""The page answers within seconds; `manage.py sla_simulate` looks at all."""
BAR_STEP = 60

MOVES = {
    "policy": gettext_lazy("Another policy"),
    "earlier": gettext_lazy("Due earlier"),
    "later": gettext_lazy("Due later"),
    "begins": gettext_lazy("A promise that there was not"),
    "ends": gettext_lazy("No promise any more"),
    "missed": gettext_lazy("Missed at once"),
}


class Tried(Exception):
    """Raised inside the transaction of an edit that is only tried, which undoes it; holds the rules it made."""

    def __init__(self) -> None:
        super().__init__()
        self.rules: Rules = read_rules()


class TryingMixin:
    """Adds to the form of an OperationAdmin a button that runs what the form says over past tickets, unsaved."""

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **options)  # type: ignore[misc]
        except Tried as tried:
            return simulation_page(self, request, tried.rules)


def stop_if_tried(request: HttpRequest) -> None:
    """Raise Tried when the form was sent to be tried, after the operation has made the draft."""
    if TRY in request.POST:
        raise Tried


@dataclass(frozen=True)
class Row:
    """A row of a table: its week, priority or team, and what was and would have been."""

    name: str
    tally: Tally


@dataclass(frozen=True)
class Bar:
    """A week of the chart: `x` of its pair of bars, and their heights in percent."""

    x: int
    name: str
    was: int | None
    would: int | None


def simulation_page(model_admin: Any, request: HttpRequest, draft: Rules) -> HttpResponse:
    """Return the page of a draft; it carries the form on, so that its button saves what was tried."""
    days = next((each for each in DAYS if str(each) == request.POST.get("days")), DAYS[1])
    found = simulate(draft, days, clock.now(), most=MOST_TICKETS)
    kept = [(name, value) for name, values in request.POST.lists() for value in values if name not in _OWN]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("What would have been"),
        "opts": model_admin.opts,
        "kept": kept,
        "try": TRY,
        "days": days,
        "choices": DAYS,
        "count": _counted(found),
        "is_capped": found.tickets >= MOST_TICKETS,
        "whole": next((tally for _key, tally in found.of("all")), None),
        "tables": _tables(found),
        "bars": _bars(found.of("week"), rtl=get_language_bidi()),
        "was_x": 30 if get_language_bidi() else 8,
        "would_x": 8 if get_language_bidi() else 30,
        "chart_width": max(len(found.of("week")), 1) * BAR_STEP,
        "moves": [(label, found.moves[name]) for name, label in MOVES.items() if found.moves[name]],
        "open": found.moves["open"],
    }
    return TemplateResponse(request, "tickets/sla_simulation.html", context)


_OWN = ("csrfmiddlewaretoken", "days", TRY)


def _counted(found: Simulation) -> str:
    count = found.tickets
    return ngettext("%(count)s ticket", "%(count)s tickets", count) % {"count": count}


def _tables(found: Simulation) -> list[tuple[str, list[Row]]]:
    teams = {team.pk: str(team) for team in Team.objects.all()}
    return [
        (_("Week"), [Row(_week(key), tally) for key, tally in found.of("week")]),
        (_("Priority"), [Row(str(Priority(key).label), tally) for key, tally in reversed(found.of("priority"))]),
        (_("Team"), [Row(teams.get(key, _("No team")), tally) for key, tally in found.of("team")]),
    ]


def _week(sunday: datetime.date) -> str:
    return date_format(sunday, "MONTH_DAY_FORMAT")


def _bars(weeks: Sequence[tuple[datetime.date, Tally]], *, rtl: bool) -> list[Bar]:
    """Return the bars of each week, time in the direction of reading."""
    return [
        Bar(
            (len(weeks) - 1 - place if rtl else place) * BAR_STEP, _week(sunday), tally.was_percent, tally.would_percent
        )
        for place, (sunday, tally) in enumerate(weeks)
    ]
