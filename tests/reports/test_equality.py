"""One figure, the same everywhere: the API, the rows behind it, and a slow computation in plain Python."""

from __future__ import annotations

from typing import Any

import pytest

from reports.registry import reports
from tests.api import Api, data
from tests.reports.history import Maker
from tests.reports.oracle import Oracle
from tests.sla.acts import policy
from tickets.states import Priority

PERIOD = ("2026-01-12", "2026-02-17")


@pytest.fixture
def maker(cast) -> Maker:
    policy(cast.administrator, first=600, following=600, resolution=6000)
    made = Maker(cast, 7)
    made.make(150)
    return made


def filter_sets(maker: Maker) -> list[tuple[str, dict[str, str], Any]]:
    """Zone, filters of the address, and the same as a condition in Python."""
    agent, category = maker.agents[0].pk, maker.categories[1].pk

    def held(_ticket, facts):
        return any(fact.field == "assignee" and fact.new == str(agent) for fact in facts)

    return [
        ("Asia/Riyadh", {}, lambda ticket, facts: True),
        ("America/New_York", {"priority": "high,urgent"}, lambda t, _f: t.priority in (Priority.HIGH, Priority.URGENT)),
        ("Asia/Kolkata", {"categoryId": str(category), "tags": "vip"},
         lambda t, _f: t.category_id == category and "vip" in t.tags),
        ("UTC", {"agentId": str(agent), "teamId": "none"}, lambda t, f: t.team_id is None and held(t, f)),
    ]  # fmt: skip


@pytest.mark.parametrize("place", range(4))
def test_every_figure_is_what_plain_python_counts(cast, maker, place):
    zone, filters, keep = filter_sets(maker)[place]
    oracle = Oracle(*PERIOD, zone, keep)
    client = Api(cast.manager)

    def asked(path: str, **more: str) -> Any:
        given = {"startDate": PERIOD[0], "endDate": PERIOD[1], "timezone": zone, **filters, **more}
        query = "&".join(f"{name}={value}" for name, value in given.items())
        return data(client.get(f"/support/reports/{path}?{query}"))

    overview = asked("tickets/overview", groupBy="day")
    days = list(oracle.overview().values())
    assert [{**bucket, "start": None} for bucket in overview["buckets"]] == [{**day, "start": None} for day in days]
    summed = {name: sum(day[name] for day in days) for name in ("created", "resolved", "closed", "reopened")}
    assert overview["totals"] == {**summed, "backlog": days[-1]["backlog"]}
    for row in asked("tickets/agent-performance"):
        shown = {name: value for name, value in row.items() if name not in ("agentId", "agentName")}
        assert shown == oracle.agent(int(row["agentId"])), row["agentName"]
    for row in asked("tickets/by-category"):
        shown = {name: value for name, value in row.items() if name not in ("categoryId", "categoryName")}
        assert shown == oracle.category(row["categoryId"] and int(row["categoryId"])), row["categoryName"]
    satisfaction = asked("tickets/satisfaction")
    assert {name: satisfaction[name] for name in oracle.satisfaction()} == oracle.satisfaction()
    cells = {(cell["weekday"], cell["hour"]): cell["tickets"] for cell in asked("tickets/peak-hours")["cells"]}
    assert len(cells) == 168
    assert {cell: count for cell, count in cells.items() if count} == oracle.peak_hours()
    assert asked("statistics/first-contact-resolution") == oracle.first_contact()
    assert asked("statistics/messages-per-ticket") == oracle.messages_per_ticket()
    sla = asked("tickets/sla-compliance")
    for wire, metric in (("firstResponse", "first_response"), ("resolution", "resolution")):
        shown = {name: sla[wire][name] for name in ("met", "breached", "compliance")}
        assert shown == oracle.promises(metric)
    assert sum(row["firstResponse"]["met"] for row in sla["byPriority"]) == sla["firstResponse"]["met"]
    assert place or sla["resolution"]["breached"]  # there is something to compare


def test_the_rows_behind_a_figure_are_as_many_as_it_says(cast, maker):
    client = Api(cast.manager)
    query = f"startDate={PERIOD[0]}&endDate={PERIOD[1]}"

    def behind(key: str, metric: str, by: str, value: Any) -> list[dict[str, Any]]:
        address = f"/support/reports/rows/{key}?{query}&metric={metric}&by={by}&value={value}&limit=100"
        if reports()[key].grouped:
            address += "&groupBy=week"
        return data(client.get(address))

    weeks = data(client.get(f"/support/reports/tickets/overview?{query}&groupBy=week"))["buckets"]
    for place, week in enumerate(weeks, 1):
        for metric in ("created", "resolved", "closed", "reopened", "backlog"):
            assert len(behind("overview", metric, "bucket", place)) == min(week[metric], 100), (place, metric)
    for agent in data(client.get(f"/support/reports/statistics/agents?{query}")):
        found = {
            name: behind("agents", metric, "agent", agent["agentId"])
            for name, metric in (
                ("assignedTickets", "assignedTickets"),
                ("resolvedTickets", "creditedTickets"),
                ("totalMessages", "totalMessages"),
            )
        }
        assert {name: len(rows) for name, rows in found.items()} == {name: agent[name] for name in found}
        stars = [row["amount"] for row in behind("agents", "avgRating", "agent", agent["agentId"])]
        assert (round(sum(stars) / len(stars), 2) if stars else None) == agent["avgRating"]
    cells = data(client.get(f"/support/reports/tickets/peak-hours?{query}"))["cells"]
    cell = max(cells, key=lambda cell: cell["tickets"])
    value = f"{cell['weekday']}-{cell['hour']}"
    assert len(behind("peak-hours", "tickets", "cell", value)) == cell["tickets"] > 0
