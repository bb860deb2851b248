"""Count tickets rather than rows: each once in a group, though days that were counted beforehand know rows alone.

A ledger whose mark is the quarter of an hour of the row before, of the same ticket and agent, tells which of its rows
are the first of theirs in a period: those whose mark is empty or lies before the period.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from reports import ledgers
from reports.asking import Ask
from reports.counting import Key, distinct, tally
from reports.ledger import Ledger
from reports.periods import Period
from reports.rollups.reading import days_left
from tickets.models import Ticket

AGENT = ["agent"]
MOST_DAYS_LEFT = 62
"""With more days that were not counted beforehand, counting the tickets themselves is the shorter way."""
_DAY = datetime.timedelta(days=1)


def things(ask: Ask, ledger: Ledger, by: Sequence[str]) -> dict[Key, int]:
    """Return how many tickets or chats a ledger has by group."""
    if ledger is not ledgers.RESOLUTIONS or list(by) != AGENT or not is_known(ask, ledger, AGENT):
        return distinct(ask, ledger, by)
    again = _again(ask, ledgers.RESOLUTIONS_AGAIN)
    return {key: found.rows - again.get(key, 0) for key, found in tally(ask, ledger, AGENT).items()}


def held(ask: Ask, by: Sequence[str]) -> dict[Key, int]:
    """Return how many tickets agents held in the period, each once: of all holdings that had begun, those not over.

    Of several holdings of a ticket by one agent that reach into the period, only the first counts.
    """
    ever = from_the_first(ask)
    first = ever.period.first
    if list(by) != AGENT or not is_known(ever, ledgers.HOLDINGS_BEGUN, AGENT):
        return {key: found.rows for key, found in tally(ask, ledgers.HELD, by).items()}
    found = {key: each.rows for key, each in tally(ever, ledgers.HOLDINGS_BEGUN, AGENT).items()}
    less = [_again(ask, ledgers.HOLDINGS_BEGUN)]
    if first < ask.period.first:
        past = replace(ask, period=Period(first, ask.period.first - _DAY, ask.period.zone))
        less.append({key: each.rows for key, each in tally(past, ledgers.HOLDINGS_ENDED, AGENT).items()})
    for counts in less:
        for key, count in counts.items():
            found[key] = found.get(key, 0) - count
    return {key: count for key, count in found.items() if count}


def from_the_first(ask: Ask) -> Ask:
    """Return the question about all time up to the period's end."""
    begin = Ticket.objects.order_by("created_at").values_list("created_at", flat=True).first()
    first = begin.astimezone(ask.period.zone).date() if begin else ask.period.first
    return replace(ask, period=Period(min(first, ask.period.first), ask.period.last, ask.period.zone))


def is_known(ask: Ask, ledger: Ledger, by: Sequence[str]) -> bool:
    """Return whether roll-ups know most of a question."""
    days = days_left(ask, ledger, by)
    return days is not None and days <= MOST_DAYS_LEFT


def _again(ask: Ask, ledger: Ledger) -> dict[Key, int]:
    """Return how many rows of each agent have one before them, of the same ticket, in the same period."""
    found: dict[Key, int] = {}
    for (agent, mark), each in tally(ask, ledger, [*AGENT, "mark"]).items():
        if mark >= ask.period.start.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M"):
            found[agent,] = found.get((agent,), 0) + each.rows
    return found
