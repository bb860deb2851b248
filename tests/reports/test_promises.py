"""SLA compliance: the API, the page, the rows behind each figure and plain Python say the same."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest
import time_machine

from tests.api import Api
from tests.reports.doors import PERIOD, asked, behind, shown
from tests.reports.history import BEGIN, Maker
from tests.reports.oracle import Oracle
from tests.sla.acts import policy

NOW = BEGIN + datetime.timedelta(days=90)
"""After the last step of the last ticket of thirty days."""
TARGETS = {"first_response": 100_000, "next_response": 60_000, "resolution": 4_000}
"""In minutes, around the clock; some tickets are resolved too late, and reopened."""
WIRE = {"first_response": "firstResponse", "next_response": "nextResponse", "resolution": "resolution"}


@pytest.mark.parametrize("place", range(2))
def test_promises_are_what_plain_python_counts_at_every_door(cast, place):
    with time_machine.travel(NOW, tick=False):
        policy(cast.administrator, **{key.split("_")[0].replace("next", "following"): m for key, m in TARGETS.items()})
        maker = Maker(cast, 11, days=30)
        maker.make(120)
        agent = maker.agents[0].pk
        zone, filters, keep = [
            ("Asia/Riyadh", {}, lambda _ticket, _facts: True),
            ("America/New_York", {"agentId": str(agent), "tags": "vip"}, lambda ticket, facts: "vip" in ticket.tags
             and any(fact.field == "assignee" and fact.new == str(agent) for fact in facts)),
        ][place]  # fmt: skip
        oracle = Oracle(*PERIOD, zone, keep)
        client = Api(cast.manager)
        answer = asked(client, "tickets/sla-compliance", zone, **filters)
        totals: Counter[str] = Counter()
        whole = shown(cast.manager, "sla-compliance", zone, **filters)[0][1]
        for number, (metric, wire) in enumerate(WIRE.items()):
            expected = oracle.promises(metric) | {"open": oracle.still_open(metric, TARGETS[metric], NOW)}
            assert answer[wire] == expected, metric
            assert [int(text) for text in whole[number * 4 : number * 4 + 3]] == [
                expected[state] for state in ("met", "breached", "open")
            ]
            for state in ("met", "breached", "open"):
                assert len(behind(client, "sla-compliance", zone, f"{metric}_{state}", **filters)) == expected[state]
                for group in ("byPriority", "byCategory", "byTeam"):
                    assert sum(row[wire][state] for row in answer[group]) == expected[state]
            totals.update({state: expected[state] for state in ("met", "breached", "open")})
    assert place or min(totals.values()) > 3  # there is something to compare
