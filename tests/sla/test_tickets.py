"""The SLA clock of real tickets, through the doors that move it."""

from __future__ import annotations

import datetime

from notifications.models import Item
from tests.api import Api, data
from tests.sla.acts import at, check, kinds, moment, office_hours, policy
from tests.tickets.acts import act, given, moved, opened, replied
from tickets.models import Ticket


def _iso(hours: float, *, days: float = 0) -> str:
    return moment(hours, days=days).isoformat().replace("+00:00", "Z")


def _sla(by, ticket):
    return data(Api(by).get(f"/tickets/{ticket['id']}"))["sla"]


def test_a_new_ticket_is_due_by_the_working_hours_of_its_policy(cast):
    policy(cast.administrator, first=60, resolution=600, calendar=office_hours())
    with at(7.5):  # half an hour before the office closes
        ticket = opened(cast.customer)
    sla = _sla(cast.agent, ticket)
    assert sla["firstResponseDueAt"] == _iso(24.5)
    assert sla["resolutionDueAt"] == _iso(49.5)
    assert (sla["breached"], sla["paused"]) == (False, False)


def test_the_first_public_answer_meets_the_promise_and_a_note_does_not(cast):
    policy(cast.administrator)
    with at(0):
        ticket = opened(cast.customer)
    with at(0.2):
        replied(cast.agent, ticket, isInternal=True)
    assert _sla(cast.agent, ticket)["firstResponseDueAt"] == _iso(1)
    with at(0.5):
        replied(cast.agent, ticket)
    assert _sla(cast.agent, ticket)["firstResponseDueAt"] is None
    assert kinds(ticket) == [("first_response", "met")]


def test_a_pending_ticket_has_no_due_time_but_what_remains(cast):
    policy(cast.administrator, resolution=480)
    with at(0):
        ticket = opened(cast.customer)
    with at(2):
        moved(cast.agent, ticket, "pending")
    row = Ticket.objects.get(pk=ticket["id"])
    assert (row.resolution_due_at, row.sla_remaining_seconds, row.sla_paused) == (None, 6 * 3600, True)
    with at(10):
        replied(cast.customer, ticket)
    row.refresh_from_db()
    assert (row.resolution_due_at, row.sla_remaining_seconds) == (moment(16), None)


def test_a_warning_and_a_breach_are_told_once_each(cast, settle):
    policy(cast.administrator, first=60, resolution=6000)
    with at(0):
        ticket = given(cast.lead, opened(cast.customer), cast.agent)
    with at(0.81):
        assert (check(), check()) == (1, 0)
    assert kinds(ticket) == [("first_response", "warning")]
    with at(1.01):
        assert (check(), check()) == (1, 0)
    assert kinds(ticket) == [("first_response", "warning"), ("first_response", "breach")]
    assert list(Item.objects.filter(kind__startswith="sla").order_by("pk").values_list("kind", flat=True)) == [
        "sla-warning",
        "sla-breach",
    ]
    assert _sla(cast.agent, ticket)["breached"] is True
    with at(2):
        replied(cast.agent, ticket)
    assert kinds(ticket) == [("first_response", "warning"), ("first_response", "breach")]


def test_a_late_answer_before_the_sweep_is_a_breach_that_is_told_once(cast):
    policy(cast.administrator, first=60, resolution=6000)
    with at(0):
        ticket = given(cast.lead, opened(cast.customer), cast.agent)
    with at(1.5):
        replied(cast.agent, ticket)
        check()
    assert kinds(ticket) == [("first_response", "breach")]
    assert Item.objects.filter(kind="sla-breach").count() == 1


def test_another_priority_counts_from_the_beginning(cast):
    policy(cast.administrator, first=500, resolution={"normal": 480, "urgent": 120})
    with at(0):
        ticket = opened(cast.customer)
    with at(1):
        Api(cast.agent).patch(f"/tickets/{ticket['id']}", {"priority": "urgent"})
    assert _sla(cast.agent, ticket)["resolutionDueAt"] == _iso(2)


def test_a_breach_stays_when_a_lower_priority_would_have_kept_the_promise(cast):
    policy(cast.administrator, first=500, resolution={"normal": 60, "low": 480})
    with at(0):
        ticket = opened(cast.customer)
    with at(1.1):
        check()
        Api(cast.agent).patch(f"/tickets/{ticket['id']}", {"priority": "low"})
    assert _sla(cast.agent, ticket)["breached"] is True
    with at(2):
        moved(cast.agent, ticket, "resolved")
    assert ("resolution", "met") not in kinds(ticket)


def test_each_waiting_of_the_customer_is_a_promise_of_its_own(cast):
    policy(cast.administrator, first=60, following=120, resolution=6000)
    with at(0):
        ticket = opened(cast.customer)
    with at(0.5):
        replied(cast.agent, ticket)
    with at(1):
        replied(cast.customer, ticket)
    with at(1.5):
        replied(cast.customer, ticket, "Hello?")
    assert _sla(cast.agent, ticket)["nextResponseDueAt"] == _iso(3)
    with at(2):
        replied(cast.agent, ticket)
    with at(4):
        replied(cast.customer, ticket)
    with at(9):
        check()
    assert kinds(ticket)[1:] == [("next_response", "met"), ("next_response", "breach")]


def test_reopening_begins_a_new_promise_and_the_old_one_stays_met(cast):
    policy(cast.administrator, first=60, resolution=120)
    with at(0):
        ticket = opened(cast.customer)
    with at(0.5):
        replied(cast.agent, ticket)
    with at(1):
        moved(cast.agent, ticket, "resolved")
    with at(5):
        act(cast.customer, ticket, "reopen")
    assert _sla(cast.agent, ticket)["resolutionDueAt"] == _iso(7)
    with at(8):
        check()
    assert [row for row in kinds(ticket) if row[0] == "resolution"] == [("resolution", "met"), ("resolution", "breach")]


def test_an_urgent_ticket_of_nobody_is_told_once_for_each_unassigned_spell(cast):
    with at(0):
        ticket = opened(cast.customer, priority="urgent")
    with at(0.1):
        check(), check()
    assert kinds(ticket) == [("assignment", "urgent_unassigned")]
    with at(0.2):
        given(cast.lead, ticket, cast.agent)
    with at(0.3):
        given(cast.lead, ticket, None)
    with at(0.4):
        check(), check()
    assert kinds(ticket) == [("assignment", "urgent_unassigned")] * 2


def test_a_silent_ticket_is_told_once_for_each_silent_spell(cast):
    with at(0):
        ticket = opened(cast.customer)
    with at(24.1):
        check(), check()
    assert kinds(ticket) == [("activity", "stuck")]
    with at(25):
        replied(cast.agent, ticket, isInternal=True)
    with at(50):
        check(), check()
    assert kinds(ticket) == [("activity", "stuck")] * 2


def test_a_customer_who_does_not_answer_is_reminded_twice_and_then_the_ticket_is_resolved(cast):
    with at(0):
        ticket = opened(cast.customer)
        moved(cast.agent, ticket, "pending")
    for days in (2.1, 5.1):
        with at(days=days):
            check(), check()
    assert [kind for _, kind in kinds(ticket) if kind == "reminder"] == ["reminder"] * 2
    with at(days=7.1):
        check(), check()
    row = Ticket.objects.get(pk=ticket["id"])
    assert row.status == "resolved"
    last = row.messages.order_by("pk").last()
    assert (last.author_type, last.is_internal) == ("system", False)
    with at(days=14.2):
        check(), check()
    row.refresh_from_db()
    assert row.status == "closed"


def test_merging_an_answered_ticket_breaches_none_of_its_promises(cast):
    policy(cast.administrator, first=60, resolution=6000)
    with at(0):
        target, source = given(cast.lead, opened(cast.customer), cast.agent), opened(cast.customer)
    for ticket in (target, source):
        with at(0.5):
            replied(cast.agent, ticket)
    with at(2):
        act(cast.lead, target, "merge", {"sourceIds": [source["id"]]})
    with at(2.1):
        check()
    assert kinds(source) == [("first_response", "met")]
    assert Ticket.objects.get(pk=source["id"]).sla_breached is False
    with at(2.2):
        assert data(Api(cast.agent).get(f"/tickets/{source['id']}/sla"))["promises"] == []
    with at(3):
        act(cast.lead, target, "unmerge", {"sourceId": source["id"]})
        check()
    assert kinds(source) == [("first_response", "met")]
    assert _sla(cast.agent, source)["breached"] is False
    assert Ticket.objects.get(pk=source["id"]).resolution_due_at == moment(101)


def test_a_merged_source_stands_still_and_goes_on_when_the_merge_is_undone(cast):
    policy(cast.administrator, first=600, resolution=600)
    with at(0):
        target, source = opened(cast.customer), opened(cast.customer)
    with at(1):
        act(cast.lead, target, "merge", {"sourceIds": [source["id"]]})
    assert Ticket.objects.get(pk=source["id"]).resolution_due_at is None
    assert kinds(source) == []
    with at(3):
        act(cast.lead, target, "unmerge", {"sourceId": source["id"]})
    row = Ticket.objects.get(pk=source["id"])
    assert (row.resolution_due_at, row.first_response_due_at) == (moment(12), moment(12))
    assert row.created_at < row.resolution_due_at - datetime.timedelta(hours=10)
