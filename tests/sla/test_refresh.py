"""Open tickets follow an edited policy: the refresh tells readers of the new clock, the monitor of what it brought."""

from __future__ import annotations

from collections import Counter

from realtime.models import Event
from tests.sla import acts as sla
from tests.tickets import acts
from tickets import monitor
from tickets.models import SlaEvent
from tickets.sla.refresh import refresh_all


def test_a_promise_that_an_edit_lets_be_missed_is_shown_by_the_refresh_and_told_once_by_the_monitor(cast, settle):
    with sla.at(0):
        policy = sla.policy(cast.administrator, first=600, resolution=6000)
        ticket = acts.opened(cast.customer)
    settle()
    with sla.at(5):
        sla.policy(cast.administrator, replaces=policy, first=60, resolution=6000)
        assert refresh_all() == 1
        assert monitor.run() == 1
    settle()
    told = Event.objects.filter(at=sla.moment(5)).values_list("room", "event")
    assert Counter(told) == {
        ("queue:tickets", "ticket:updated"): 2,
        (f"ticket-staff:{ticket['id']}", "ticket:updated"): 2,
    }
    assert SlaEvent.objects.filter(kind="breach").count() == 1
