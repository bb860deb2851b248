"""Promises that an edited policy or another priority lets be missed: shown to readers at once, told once."""

from __future__ import annotations

from collections import Counter

from django.test import TestCase

from notifications.models import Item
from realtime.models import Event
from tests.api import Api
from tests.sla import acts as sla
from tests.tickets import acts
from tests.tickets_admin.desk import Desk, words_of
from tickets import monitor
from tickets.models import SlaEvent
from tickets.sla.refresh import refresh_all
from tickets.tasks import check_sla

POLICIES = "/admin/tickets/slapolicy/"


def test_a_promise_that_an_edit_lets_be_missed_is_shown_by_the_refresh_and_told_once_by_the_monitor(cast, settle):
    with sla.at(0):
        policy = sla.policy(cast.administrator, first=600, resolution=6000)
        ticket = acts.opened(cast.customer)
    settle()
    with sla.at(5):
        sla.policy(cast.administrator, replaces=policy, first=60, resolution=6000)
        policies = Desk(cast.administrator).client
        assert "being computed anew: 0%" in words_of(policies.get(POLICIES))
        assert refresh_all() == 1
        assert "being computed anew" not in words_of(policies.get(POLICIES))
        assert monitor.run() == 1
    settle()
    told = Event.objects.filter(at=sla.moment(5)).values_list("room", "event")
    assert Counter(told) == {
        ("queue:tickets", "ticket:updated"): 2,
        (f"ticket-staff:{ticket['id']}", "ticket:updated"): 2,
    }
    assert SlaEvent.objects.filter(kind="breach").count() == 1


def test_a_priority_that_makes_a_promise_late_is_told_right_after_the_change_and_once(cast, settle, monkeypatch):
    woken: list[tuple[object, ...]] = []
    monkeypatch.setattr("core.operation.wake", lambda *call: woken.append(call))
    sla.policy(cast.administrator, first={"normal": 600, "urgent": 60}, following=None, resolution=None)
    with sla.at(0):
        ticket = acts.opened(cast.customer)
    with sla.at(5), TestCase.captureOnCommitCallbacks(execute=True):
        Api(cast.agent).patch(f"/tickets/{ticket['id']}", {"priority": "urgent"})
    assert ("tickets.check_sla", int(ticket["id"])) in woken
    with sla.at(5.001):
        check_sla(int(ticket["id"]))
        assert sla.kinds(ticket)[-1] == ("first_response", "breach")
        told = len(sla.kinds(ticket))
        monitor.run()
        assert len(sla.kinds(ticket)) == told
    settle()
    assert Item.objects.filter(kind="sla-breach", entity_id=ticket["id"]).count() == 1
