"""Define what reports count, told as stories through the API."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils.translation import override

from core.i18n.check import ARABIC
from reports.metrics import METRICS
from reports.periods import Period
from reports.registry import reports
from tests.api import Api, data, refusal
from tests.tickets.acts import act, given, moved, opened, replied, with_rights

DAY = "startDate=2026-03-10&endDate=2026-03-10"


def at(text: str):
    return time_machine.travel(datetime.datetime.fromisoformat(text), tick=False)


def figures(user, path, query=DAY):
    return data(Api(user).get(f"/support/reports/{path}?{query}"))


def of_agent(user, agent, query=DAY):
    [row] = [row for row in figures(user, "statistics/agents", query) if row["agentId"] == str(agent.pk)]
    return row


def test_giving_a_ticket_to_another_agent_later_moves_no_figure(cast):
    with at("2026-03-10T08:00:00Z"):
        ticket = opened(cast.customer)
        given(cast.lead, ticket, cast.agent)
    with at("2026-03-10T09:00:00Z"):
        replied(cast.agent, ticket, "Here you are.")
        moved(cast.agent, ticket, "resolved")
        act(cast.customer, ticket, "rate", {"rating": 5})
    before = of_agent(cast.manager, cast.agent)
    with at("2026-03-11T09:00:00Z"):
        given(cast.lead, ticket, cast.colleague)
    assert of_agent(cast.manager, cast.agent) == before
    assert (before["assignedTickets"], before["resolvedTickets"], before["resolutionRate"]) == (1, 1, 100.0)
    assert (before["avgFirstResponseMinutes"], before["avgRating"], before["totalMessages"]) == (60.0, 5.0, 1)
    assert of_agent(cast.manager, cast.colleague)["assignedTickets"] == 0


def test_the_last_millisecond_of_a_day_is_its_own_and_midnight_is_the_next_days(cast):
    for moment in ("2026-03-09T20:59:59.999999Z", "2026-03-09T21:00:00Z", "2026-03-10T20:59:59.999Z"):
        with at(moment):
            opened(cast.customer)
    with at("2026-03-10T21:00:00Z"):
        opened(cast.customer)
    assert figures(cast.manager, "tickets/overview")["totals"]["created"] == 2
    compared = Api(cast.manager).get(f"/support/reports/tickets/overview?{DAY}&compare=previous").json()["meta"]
    assert compared["previous"]["data"]["totals"]["created"] == 1
    assert compared["previous"]["startDate"] == compared["previous"]["endDate"] == "2026-03-09"


def test_an_empty_period_gives_zeros_and_nulls(cast):
    query = "startDate=2020-01-01&endDate=2020-01-02"
    overview = figures(cast.manager, "tickets/overview", query)
    nothing = {"created": 0, "resolved": 0, "closed": 0, "reopened": 0, "backlog": 0}
    assert overview["totals"] == nothing
    assert [bucket["start"] for bucket in overview["buckets"]] == ["2019-12-31T21:00:00Z", "2020-01-01T21:00:00Z"]
    assert of_agent(cast.manager, cast.agent, query) == {
        "agentId": str(cast.agent.pk), "agentName": "Agent", "assignedTickets": 0, "resolvedTickets": 0,
        "resolutionRate": None, "avgFirstResponseMinutes": None, "avgRating": None, "totalMessages": 0,
    }  # fmt: skip
    satisfaction = figures(cast.manager, "tickets/satisfaction", query)
    assert (satisfaction["score"], satisfaction["count"], satisfaction["average"]) == (None, 0, None)
    assert figures(cast.manager, "statistics/messages-per-ticket", query)["avgMessagesPerTicket"] is None
    assert figures(cast.manager, "chat/overview", query)["avgWaitSeconds"] is None
    assert figures(cast.manager, "tickets/sla-compliance", query)["resolution"]["compliance"] is None


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_the_night_when_clocks_change_has_an_hour_less_or_more(day, hours):
    date = datetime.date.fromisoformat(day)
    period = Period(date, date, ZoneInfo("Europe/Berlin"))
    assert len(period.hours) == hours
    assert period.end - period.hours[-1].astimezone(datetime.UTC) == datetime.timedelta(hours=1)


def test_the_hour_that_comes_twice_is_two_buckets_and_one_cell(cast):
    for moment in ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"):  # 2:30 in Berlin, twice
        with at(moment):
            opened(cast.customer)
    query = "startDate=2026-10-25&endDate=2026-10-25&timezone=Europe/Berlin"
    buckets = figures(cast.manager, "tickets/overview", f"{query}&groupBy=hour")["buckets"]
    assert [bucket["created"] for bucket in buckets][:5] == [0, 0, 1, 1, 0]
    cells = figures(cast.manager, "tickets/peak-hours", query)["cells"]
    assert {(cell["weekday"], cell["hour"]): cell["tickets"] for cell in cells if cell["tickets"]} == {(7, 2): 2}


def test_merged_sources_are_not_counted_and_undoing_a_merge_counts_them_again(cast):
    with at("2026-03-10T08:00:00Z"):
        target, source = opened(cast.customer), opened(cast.customer)
    before = figures(cast.manager, "tickets/overview")["totals"]
    with at("2026-03-10T09:00:00Z"):
        act(cast.lead, target, "merge", {"sourceIds": [source["id"]]})
    merged = figures(cast.manager, "tickets/overview")["totals"]
    assert (before["created"], before["backlog"]) == (2, 2)
    assert (merged["created"], merged["backlog"], merged["resolved"]) == (1, 1, 0)
    with at("2026-03-10T10:00:00Z"):
        act(cast.lead, target, "unmerge", {"sourceId": source["id"]})
    assert figures(cast.manager, "tickets/overview")["totals"] == before


def test_only_what_the_reader_may_see_is_counted(cast):
    with at("2026-03-10T08:00:00Z"):
        far, _near = opened(cast.customer), opened(cast.customer)
    act(cast.lead, far, "assign", {"agentId": None, "teamId": str(cast.team.pk)})
    narrow = with_rights(cast.outsider, "tickets.view", "reports.view")
    assert figures(cast.manager, "tickets/overview")["totals"]["created"] == 2
    assert figures(narrow, "tickets/overview")["totals"]["created"] == 1
    rows = data(Api(narrow).get(f"/support/reports/rows/overview?{DAY}&metric=created"))
    assert [row["name"] for row in rows] == [_near["ticketNumber"]]
    blind = with_rights(cast.outsider, "reports.view")
    assert figures(blind, "tickets/overview")["totals"]["created"] == 0
    assert figures(blind, "chat/overview")["sessions"] == 0


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("startDate=yesterday", "startDate"),
        ("startDate=2026-03-10&endDate=2026-03-09", "endDate"),
        ("startDate=1900-01-01", "startDate"),
        ("startDate=2000-01-01&endDate=2026-01-01", "startDate"),
        ("timezone=Mars/Olympus", "timezone"),
        ("groupBy=year", "groupBy"),
        ("startDate=2026-01-01&endDate=2026-12-31&groupBy=hour", "groupBy"),
        ("categoryId=x", "categoryId"),
        ("agentId=none", "agentId"),
        ("priority=loud", "priority"),
        ("tags=,", "tags"),
        ("compare=next", "compare"),
        ("status=open", "status"),
    ],
)
def test_a_malformed_question_is_refused_and_named(cast, query, name):
    asked = Api(cast.manager, language="ar").get(f"/support/reports/tickets/overview?{query}")
    [(named, [text])] = refusal(asked, 400, "invalid")["fields"].items()
    assert named == name
    assert "\u0621" <= text[0] <= "\u064a", f"no sentence in Arabic: {text}"


def test_rows_behind_a_figure_that_no_report_has_are_refused(cast):
    client = Api(cast.manager)
    refusal(client.get("/support/reports/rows/nothing"), 404, "not_found")
    for query, name in (
        ("metric=score", "metric"),
        ("metric=created&by=star", "by"),
        ("metric=created&by=bucket&value=99", "value"),
        ("metric=created&by=cell&value=x", "value"),
        ("metric=backlog&by=agent&value=1", "by"),
    ):
        error = refusal(client.get(f"/support/reports/rows/overview?{DAY}&{query}"), 400, "invalid")
        assert list(error["fields"]) == [name], query


def test_every_report_says_what_it_means_in_both_languages():
    texts = [text for report in reports().values() for text in (report.title, report.about)]
    texts += [text for metric in METRICS.values() for text in (metric.label, metric.meaning)]
    with override("ar"):
        assert [text for text in map(str, texts) if not ARABIC.search(text)] == []
