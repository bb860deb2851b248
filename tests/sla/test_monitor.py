"""The monitor when timers fail, beat twice or late, and workers die: each alert comes exactly once."""

from __future__ import annotations

import math
import os
import random
import re
import signal
import threading
import time
from collections import Counter

import pytest
from django.db import connection

from audit.models import Entry
from notifications.models import Item
from tests.client import Client
from tests.database import superuser
from tests.sla.acts import at, moment, policy
from tests.tickets.acts import given, opened
from tickets import monitor
from tickets.models import SlaEvent, Ticket
from tickets.tasks import MONITOR, sla_monitor

TICKETS = 6
KILLS = int(os.environ.get("SLA_KILLS", "4"))


@pytest.fixture
def due(committed_cast, monkeypatch) -> list[int]:
    """Tickets of an agent whose first response is due in an hour, looked at two by two."""
    monkeypatch.setattr(monitor, "BATCH", 2)
    policy(committed_cast.administrator, first=60, resolution=60_000)
    with at(0):
        tickets = [opened(committed_cast.customer, subject=f"Number {number}") for number in range(TICKETS)]
        for ticket in tickets:
            given(committed_cast.lead, ticket, committed_cast.agent)
    return [int(ticket["id"]) for ticket in tickets]


def told(kind: str, action: str) -> list[Counter[int]]:
    """How often each ticket was told of: stored, audited, notified."""
    stored = SlaEvent.objects.filter(kind=kind).values_list("ticket_id", flat=True)
    audited = Entry.objects.filter(action=action).values_list("entity_id", flat=True)
    notified = Item.objects.filter(kind=f"sla-{kind}").values_list("entity_id", flat=True)
    return [Counter(int(pk) for pk in rows) for rows in (stored, audited, notified)]


def test_after_three_hours_without_a_timer_each_breach_is_told_once_and_no_warning_late(due):
    with at(3):
        assert (monitor.run(), monitor.run()) == (TICKETS, 0)
    assert told("breach", "TICKET_SLA_BREACHED") == [Counter(due)] * 3
    assert told("warning", "TICKET_SLA_WARNED")[1:] == [Counter()] * 2


def test_two_monitors_at_once_tell_each_warning_once(due):
    counts: list[int] = []

    def run() -> None:
        counts.append(monitor.run())
        connection.close()

    with at(0.85):
        threads = [threading.Thread(target=run) for _ in range(2)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    assert sum(counts) == TICKETS
    assert told("warning", "TICKET_SLA_WARNED") == [Counter(due)] * 3


def test_a_second_timer_does_nothing_and_a_late_one_catches_up(due):
    with at(0.5):
        sla_monitor()
    with at(0.9 - 0.25):
        sla_monitor()
    assert told("warning", "TICKET_SLA_WARNED") == [Counter()] * 3
    with at(1.5):
        sla_monitor()
        sla_monitor()
    assert told("breach", "TICKET_SLA_BREACHED") == [Counter(due)] * 3


def test_a_round_that_fails_is_due_again_at_once(due, monkeypatch):
    from core.periodic import last_run

    with at(1.5):
        with monkeypatch.context() as broken:
            broken.setattr(monitor, "run", lambda: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                sla_monitor()
        assert last_run(MONITOR) is None
        sla_monitor()
    assert told("breach", "TICKET_SLA_BREACHED") == [Counter(due)] * 3


def test_a_worker_killed_at_random_tells_nothing_twice_and_leaves_nothing_out(due):
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    for hours in (0.85, 1.5):
        for _ in range(KILLS // 2):
            _killed_monitor(hours, dice.uniform(0.02, 0.4))
        with at(hours):
            monitor.run()
    assert told("warning", "TICKET_SLA_WARNED") == [Counter(due)] * 3, f"seed {seed}"
    assert told("breach", "TICKET_SLA_BREACHED") == [Counter(due)] * 3, f"seed {seed}"


def _killed_monitor(hours: float, after_seconds: float) -> None:
    """A monitor in a process of its own, killed with -9."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            with at(hours):
                monitor.run()
        finally:
            os._exit(0)
    time.sleep(after_seconds)  # the moment of the kill is what is random here
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_a_ticket_that_somebody_holds_is_told_of_when_it_is_let_go(due):
    held = due[0]
    with superuser(connection.settings_dict["NAME"]) as other, at(1.5):
        other.execute("begin")
        other.execute("select 1 from tickets_ticket where id = %s for update", [held])
        checked = monitor.run(sleep=lambda _seconds: other.execute("rollback"))
    assert checked == TICKETS
    assert told("breach", "TICKET_SLA_BREACHED") == [Counter(due)] * 3


def test_a_ticket_that_cannot_be_computed_is_put_off_and_holds_up_no_other(due, monkeypatch):
    from tickets.operations import monitoring

    tell = monitoring.tell

    def fail(ticket, what, by):
        if ticket.pk == due[0]:
            raise RuntimeError("broken")
        tell(ticket, what, by)

    monkeypatch.setattr(monitoring, "tell", fail)
    with at(1.5):
        monitor.run()
    assert told("breach", "TICKET_SLA_BREACHED") == [Counter(due[1:])] * 3
    assert Ticket.objects.get(pk=due[0]).check_at == moment(2.5)


def test_its_age_and_lag_are_among_the_figures(due, settings):
    settings.METRICS_TOKEN = "figures"

    def figures() -> dict[str, float]:
        told = Client().get("/metrics", headers={"authorization": "Bearer figures"}).content.decode()
        return {name: float(value) for name, value in re.findall(r"^support_(sla\w+) (\S+)$", told, re.M)}

    with at(1.5):
        # The warnings were due 48 minutes after the opening.
        assert figures() == {"sla_monitor_age_seconds": math.inf, "sla_monitor_lag_seconds": 42 * 60}
        sla_monitor()
        assert figures() == {"sla_monitor_age_seconds": 0, "sla_monitor_lag_seconds": 0}
