"""The worked examples of docs/sla.md, through the doors."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.api import Api
from tests.sla.acts import kinds, office_hours, policy
from tests.tickets.acts import act, moved, opened, replied
from tickets.models import Ticket
from tickets.operations import save_calendar

RIYADH = ZoneInfo("Asia/Riyadh")
SUNDAY, MONDAY = 1, 2


def march(day: int, hour: int) -> datetime.datetime:
    """A moment of March 2026 in Riyadh, whose first day is a Sunday."""
    return datetime.datetime(2026, 3, day, hour, tzinfo=RIYADH)


def at(day: int, hour: int):
    return time_machine.travel(march(day, hour), tick=False)


def due(ticket) -> datetime.datetime | None:
    return Ticket.objects.get(pk=ticket["id"]).resolution_due_at


@pytest.fixture
def promised(cast):
    """Make the policy of an example, with so many hours for a resolution, by the office's hours."""

    def make(hours: int, **by_priority: int):
        minutes = {name: by_priority.get(name, hours) * 60 for name in ("low", "normal", "high", "urgent")}
        policy(cast.administrator, first=60_000, following=None, resolution=minutes, calendar=office_hours())

    return make


def test_another_priority_counts_from_the_opening(cast, promised):
    promised(8, urgent=2)
    with at(SUNDAY, 9):
        ticket = opened(cast.customer)
    assert due(ticket) == march(SUNDAY, 17)
    with at(SUNDAY, 10):
        Api(cast.agent).patch(f"/tickets/{ticket['id']}", {"priority": "urgent"})
    assert due(ticket) == march(SUNDAY, 11)


def test_a_pause_over_a_weekend_costs_its_working_hours_alone(cast, promised):
    promised(4)
    with at(5, 15):
        ticket = opened(cast.customer)
    with at(5, 16):
        moved(cast.agent, ticket, "pending")
    assert due(ticket) is None
    with at(8, 10):
        replied(cast.customer, ticket)
    assert due(ticket) == march(8, 13)


def test_reopening_keeps_the_promise_that_was_met_and_begins_another(cast, promised):
    promised(2)
    with at(SUNDAY, 9):
        ticket = opened(cast.customer)
    with at(SUNDAY, 10):
        moved(cast.agent, ticket, "resolved")
    with at(MONDAY, 9):
        act(cast.customer, ticket, "reopen")
    assert kinds(ticket) == [("resolution", "met")]
    assert due(ticket) == march(MONDAY, 11)


def test_the_time_of_a_merge_that_is_undone_does_not_count(cast, promised):
    promised(4)
    with at(SUNDAY, 9):
        target, source = opened(cast.customer), opened(cast.customer)
    with at(SUNDAY, 10):
        act(cast.lead, target, "merge", {"sourceIds": [source["id"]]})
    assert due(source) is None
    with at(SUNDAY, 12):
        act(cast.lead, target, "unmerge", {"sourceId": source["id"]})
    assert due(source) == march(SUNDAY, 15)


def test_ramadan_ends_in_the_midst_of_a_promise(cast, promised):
    promised(4)
    calendar = office_hours()
    week = {day: ["10:00-16:00"] for day in "71234"}
    ramadan = {"from": "2026-02-18", "to": "2026-03-18", "nameEn": "Ramadan", "weekly": week}
    save_calendar(calendar.pk, changes={"overrides": [ramadan]}, by=cast.manager)
    with at(18, 15):
        ticket = opened(cast.customer)
    assert due(ticket) == march(19, 12)
