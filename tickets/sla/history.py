"""The history of a ticket as its clock reads it, made of the ticket's facts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from tickets import facts
from tickets.facts import Fact
from tickets.models import AuthorType
from tickets.sla.clock import History, Run, Traits
from tickets.states import Priority, Status

PEOPLE = {AuthorType.CUSTOMER.value: True, AuthorType.AGENT.value: False}
"""The authors whose messages count, and whether they are the customer."""


def history_of(created_at: datetime.datetime, known: Iterable[Fact]) -> History:
    """Return the history that facts tell, given in their order; the opening message is no reply."""
    statuses: list[tuple[datetime.datetime, str]] = []
    traits: list[tuple[datetime.datetime, Traits]] = []
    replies: list[tuple[datetime.datetime, bool]] = []
    merged: list[Run] = []
    present = Traits(Priority.NORMAL)
    opening = True
    for fact in known:
        if fact.field == facts.STATUS:
            statuses.append((fact.at, fact.new))
        elif fact.field == facts.MESSAGE:
            if not opening and fact.new in PEOPLE:
                replies.append((fact.at, PEOPLE[fact.new]))
            opening = False
        elif fact.field == facts.MERGED:
            _merge(merged, fact)
        elif fact.field in _TRAITS:
            present = _with(present, fact)
            if traits and traits[-1][0] == fact.at:
                traits.pop()
            traits.append((fact.at, present))
    return History(
        created_at,
        statuses or [(created_at, Status.OPEN)],
        traits or [(created_at, present)],
        replies,
        merged,
    )


_TRAITS = {facts.PRIORITY: "priority", facts.CATEGORY: "category_id", facts.TEAM: "team_id"}


def _with(traits: Traits, fact: Fact) -> Traits:
    value = int(fact.new) if fact.new else None
    values = {**traits.__dict__, _TRAITS[fact.field]: value}
    return Traits(**values)


def _merge(merged: list[Run], fact: Fact) -> None:
    if fact.new:
        merged.append((fact.at, None))
    elif merged:
        merged[-1] = (merged[-1][0], fact.at)
