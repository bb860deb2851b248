"""The policies and calendars as they are kept, read once for each state of them: which terms count for a ticket."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from core.days import site_zone
from core.prepared import execute
from tickets.models import Ticket
from tickets.sla.calendar import Calendar, always
from tickets.sla.clock import Metric, Terms, TermsOf, Traits
from tickets.sla.hours import calendar_of
from tickets.sla.models import BusinessCalendar, SlaPolicy, SlaPolicyVersion
from tickets.states import PRIORITIES


@dataclass(frozen=True)
class PolicyTerms:
    """The conditions of one version of a policy, and what it sets."""

    counts_from: datetime.date | None
    category_ids: frozenset[int]
    team_ids: frozenset[int]
    tags: frozenset[str]
    has_order: bool | None
    terms: Terms

    def takes(self, traits: Traits, tags: Sequence[str], has_order: bool) -> bool:
        """Return whether every condition holds."""
        return (
            (not self.category_ids or traits.category_id in self.category_ids)
            and (not self.team_ids or traits.team_id in self.team_ids)
            and (not self.tags or bool(self.tags.intersection(tags)))
            and (self.has_order is None or self.has_order == has_order)
        )


@dataclass(frozen=True)
class Rules:
    """All active policies in order, each with its versions, the latest first."""

    version: int
    policies: Sequence[tuple[int, Sequence[PolicyTerms]]]

    def of(self, ticket: Ticket) -> TermsOf:
        """Return what finds the terms for a ticket by its traits; order and tags are those it has now."""
        opened = ticket.created_at.astimezone(site_zone()).date()
        return partial(self._find, opened, tuple(ticket.tags), bool(ticket.order_id))

    def _find(self, opened: datetime.date, tags: Sequence[str], has_order: bool, traits: Traits) -> Terms | None:
        for _policy_id, versions in self.policies:
            known = (each for each in versions if each.counts_from is None or each.counts_from <= opened)
            counting = next(known, None)
            if counting is not None and counting.takes(traits, tags, has_order):
                return counting.terms
        return None


# With the transactions that wrote the rows, since an edit that was rolled back may have had the same number.
STATE = """
select p.version + c.version, p.written, c.written
from (select coalesce(sum(version), 0) + count(*) as version, max(xmin::text::bigint) as written
      from tickets_slapolicy) p,
     (select coalesce(sum(version), 0) + count(*) as version, max(xmin::text::bigint) as written
      from tickets_businesscalendar) c
"""
_kept: dict[tuple[Any, ...], Rules] = {}


def rules_version() -> int:
    """Return the number of the present state of policies and calendars; it grows with every edit."""
    return int(execute(STATE, [])[0][0])


def present_rules() -> Rules:
    """Return the policies and calendars as they are now, by one small statement while they stay as they were."""
    return rules_of(execute(STATE, [])[0])


def rules_of(state: tuple[Any, ...]) -> Rules:
    """Return the policies and calendars of a state, which is the row that STATE answers."""
    if state not in _kept:
        _kept.clear()
        _kept[state] = read_rules(int(state[0]))
    return _kept[state]


def read_rules(version: int = 0) -> Rules:
    """Return the stored policies as rules."""
    calendars = {row.pk: calendar_of(row) for row in BusinessCalendar.objects.all()}
    policies = SlaPolicy.objects.filter(is_active=True).prefetch_related("versions")
    return Rules(version, [(policy.pk, versions_of(policy, calendars)) for policy in policies])


def versions_of(policy: SlaPolicy, calendars: dict[int, Calendar]) -> list[PolicyTerms]:
    """Return the versions of a policy, the latest first."""
    rows = sorted(policy.versions.all(), key=lambda row: row.counts_from or datetime.date.min, reverse=True)
    return [policy_terms(row, calendars, takes_all=policy.is_default) for row in rows]


def policy_terms(row: SlaPolicyVersion, calendars: dict[int, Calendar], *, takes_all: bool = False) -> PolicyTerms:
    """Return one version as conditions and terms; the default policy has no conditions."""
    calendar = calendars[row.calendar_id] if row.calendar_id else always(ZoneInfo(settings.TIME_ZONE))
    targets = {
        (Metric(metric), int(PRIORITIES[priority])): minutes * 60
        for metric, by_priority in row.targets.items()
        for priority, minutes in by_priority.items()
    }
    terms = Terms(calendar, targets, row.warning_percent, row.policy_id)
    if takes_all:
        return PolicyTerms(row.counts_from, frozenset(), frozenset(), frozenset(), None, terms)
    return PolicyTerms(
        row.counts_from,
        frozenset(row.category_ids),
        frozenset(row.team_ids),
        frozenset(row.tags),
        row.has_order,
        terms,
    )
