"""`manage.py sla_simulate`: a draft of policies and calendars over past tickets."""

from __future__ import annotations

import datetime
import json
from argparse import ArgumentParser
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Role, Team, User
from core import clock
from core.errors import Problem
from tickets.operations import save_calendar, save_policy
from tickets.operations.calendar_values import CLEAN
from tickets.operations.sla_policies import PolicyValues, Version, values_of
from tickets.sla.models import SlaPolicy
from tickets.sla.simulation import Simulation, Tally, draft_of, simulate
from tickets.states import Priority

EXAMPLE = '{"policies": {"1": {"targets": {"first_response": {"urgent": 15}}}}, "calendars": {"1": {"weekly": {}}}}'


class Command(BaseCommand):
    help = (
        "Runs a draft over the tickets of the last days and prints what would have been met and missed against what "
        "was, by week, priority and team, and which open tickets applying would move. Nothing is changed. Without a "
        "draft the present rules are run. Ends with 1 for a draft that the back office would refuse too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("draft", nargs="?", type=Path, help=f"a JSON file of what differs, by id: {EXAMPLE}")
        parser.add_argument("--days", type=int, default=30, help="tickets opened in so many last days (30)")
        parser.add_argument("--most", type=int, help="only the newest so many tickets")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= 3660:
            raise CommandError("--days takes 1 to 3660.")
        draft = _read(options["draft"]) if options["draft"] else {}
        try:
            rules = draft_of(lambda: _apply(draft))
        except Problem as problem:
            raise CommandError(f"refused: {problem.fields or problem.message}") from problem
        except (TypeError, ValueError, KeyError, AttributeError, SlaPolicy.DoesNotExist) as error:
            raise CommandError(f"the draft cannot be read: {error}") from error
        tell = self._tell if options["verbosity"] else lambda _done: None
        found = simulate(rules, options["days"], clock.now(), most=options["most"], tell=tell)
        self._say(found)

    def _tell(self, done: int) -> None:
        self.stderr.write(f"{done} tickets")

    def _say(self, found: Simulation) -> None:
        teams = {team.pk: team.name_en for team in Team.objects.all()}
        self.stdout.write(f"{found.tickets} tickets")
        self.stdout.write(f"{'':28}{'was met':>9}{'missed':>8}{'%':>5}{'would meet':>12}{'miss':>8}{'%':>5}")
        for kind in ("all", "week", "priority", "team"):
            for key, tally in found.of(kind):
                self.stdout.write(_line(_name(kind, key, teams), tally))
        moved = ", ".join(f"{name} {count}" for name, count in sorted(found.moves.items()) if count)
        self.stdout.write(f"Applying, open tickets by what becomes of their due time: {moved or 'none are open'}")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(str(error)) from error
    if not isinstance(found, dict) or found.keys() - {"policies", "calendars"}:
        raise CommandError("The draft is an object with “policies” and “calendars”, each by id.")
    return found


def _apply(draft: dict[str, Any]) -> None:
    """Change the rules as the draft says, by the operations, as an administrator."""
    by = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk").first()
    if by is None:
        raise CommandError("There is no administrator yet.")
    for pk, changes in draft.get("calendars", {}).items():
        unknown = changes.keys() - CLEAN.keys()
        if unknown:
            raise ValueError(f"a calendar has no {', '.join(sorted(unknown))}")
        save_calendar(int(pk), changes=changes, by=by)
    for pk, changes in draft.get("policies", {}).items():
        save_policy(int(pk), _changed(SlaPolicy.objects.get(pk=int(pk)), changes), by=by)


def _changed(policy: SlaPolicy, changes: dict[str, Any]) -> PolicyValues:
    """Return a policy with changes of its latest version; targets are changed one by one, null takes one away."""
    values = values_of(policy)
    latest = values.versions[-1]
    plain = {name: value for name, value in changes.items() if name != "targets"}
    unknown = plain.keys() - {each.name for each in fields(Version)} - {"counts_from"}
    if unknown:
        raise ValueError(f"a policy has no {', '.join(sorted(unknown))}")
    targets = {metric: dict(by_priority) for metric, by_priority in latest.targets.items()}
    for metric, by_priority in changes.get("targets", {}).items():
        merged = {**targets.get(metric, {}), **by_priority}
        targets[metric] = {priority: minutes for priority, minutes in merged.items() if minutes is not None}
    return replace(values, versions=[*values.versions[:-1], replace(latest, **plain, targets=targets)])


def _name(kind: str, key: Any, teams: dict[int, str]) -> str:
    if kind == "week":
        return f"week of {key:%Y-%m-%d}" if isinstance(key, datetime.date) else str(key)
    if kind == "priority":
        return f"priority {Priority(key).name.lower()}"
    return "all" if kind == "all" else f"team {teams.get(key, '(none)')}"


def _line(name: str, tally: Tally) -> str:
    was, would = tally.was_percent, tally.would_percent
    left = f"{tally.was_met:>9}{tally.was_missed:>8}{'-' if was is None else was:>5}"
    return f"{name[:27]:28}{left}{tally.would_meet:>12}{tally.would_miss:>8}{'-' if would is None else would:>5}"
