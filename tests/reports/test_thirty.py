"""Thirty questions at random: every door says what plain Python counts from all rows, and the rows behind it add up."""

from __future__ import annotations

import datetime
import io
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from chat.models import Session
from reports.asking import Ask, read_ask
from reports.exports import bidi_text, pdf, summary
from reports.exports.words import figure, line_name
from reports.metrics import METRICS
from reports.periods import Period
from reports.registry import reports
from reports.report import Table
from tests.api import Api, data
from tests.backoffice.door import Pages
from tests.cast import Cast, fresh
from tests.reports.history import Maker, make_chats
from tests.reports.oracle import Oracle
from tests.sla.acts import policy
from tests.soak import sized
from tickets.states import PRIORITIES

QUESTIONS = 30
# Clocks change in the night to 8 March in New York, to 29 March in Berlin, and in Beirut at midnight itself.
ZONES = ("Asia/Riyadh", "Asia/Riyadh", "America/New_York", "Europe/Berlin", "Asia/Beirut", "Asia/Kathmandu", "UTC")
EDGES = [datetime.date(2026, 3, 8), datetime.date(2026, 3, 9), datetime.date(2026, 3, 29), datetime.date(2026, 3, 30)]


@dataclass
class Question:
    """Parameters of the address, and the same conditions in Python."""

    first: str
    last: str
    zone: str
    group: str
    filters: dict[str, str] = field(default_factory=dict)
    conditions: list[Any] = field(default_factory=list)

    def keep(self, ticket: Any, facts: Any) -> bool:
        return all(condition(ticket, facts) for condition in self.conditions)

    def given(self, key: str, **more: str) -> dict[str, str]:
        taken = {name: value for name, value in self.filters.items() if name in reports()[key].only}
        found = {"startDate": self.first, "endDate": self.last, "timezone": self.zone, **taken, **more}
        return found | ({"groupBy": self.group} if reports()[key].grouped else {})


def random_question(dice: random.Random, maker: Maker) -> Question:
    first = datetime.date(2025, 12, 20) + datetime.timedelta(days=dice.randrange(110))
    length = dice.choice([0, 0, 1, 6, 30, 60])
    groups = ["day", "week", "month"] + (["hour"] if length < 3 else [])
    last = first + datetime.timedelta(days=length)
    asked = Question(str(first), str(last), dice.choice(ZONES), dice.choice(groups))
    agent, category = dice.choice(maker.agents).pk, dice.choice(maker.categories).pk
    team = maker.cast.team.pk
    words = dice.sample(list(PRIORITIES), 2)
    wanted = [PRIORITIES[word] for word in words]
    offered = [
        ({"priority": ",".join(words)}, lambda t, _f: t.priority in wanted),
        ({"categoryId": str(category)}, lambda t, _f: t.category_id == category),
        ({"categoryId": "none"}, lambda t, _f: t.category_id is None),
        ({"teamId": str(team)}, lambda t, _f: t.team_id == team),
        ({"teamId": "none"}, lambda t, _f: t.team_id is None),
        ({"tags": "vip"}, lambda t, _f: "vip" in t.tags),
        ({"agentId": str(agent)}, lambda _t, facts: any(f.field == "assignee" and f.new == str(agent) for f in facts)),
    ]
    for filters, condition in dice.sample(offered, dice.choice([0, 0, 1, 1, 2])):
        if not asked.filters.keys() & filters.keys():
            asked.filters |= filters
            asked.conditions.append(condition)
    return asked


class Doors:
    """The ways to one question's figures."""

    def __init__(self, cast: Cast) -> None:
        self.user = fresh(cast.manager)
        self.client, self.pages = Api(cast.manager), Pages(cast.manager)

    def api(self, key: str, asked: Question) -> Any:
        return data(self.client.get(f"/support/reports/{reports()[key].path}?{urlencode(asked.given(key))}"))

    def rows(self, key: str, asked: Question, **which: Any) -> int:
        """How many rows there are behind a figure."""
        answer = self.client.get(f"/support/reports/rows/{key}?{urlencode(asked.given(key, limit='1', **which))}")
        data(answer)
        return int(answer.json()["meta"]["total"])

    def ask(self, key: str, asked: Question) -> Ask:
        return read_ask(asked.given(key), self.user, only=reports()[key].only)

    def page(self, key: str, asked: Question) -> list[list[str]]:
        """The figures of all lines of the page, as it writes them."""
        html = self.pages.get(f"/admin/reports/{key}?{urlencode(asked.given(key))}").content.decode()
        lines = re.findall(r'<tr>\s*<th scope="row">.*?</th>(.*?)</tr>', html, re.S)
        return [[re.sub(r"<[^>]+>|\s", "", cell) for cell in re.findall(r"<td.*?</td>", line, re.S)] for line in lines]


def agree_with_python(doors: Doors, asked: Question, oracle: Oracle) -> None:
    days = oracle.overview()
    overview = doors.api("overview", asked)
    starts = [datetime.datetime.fromisoformat(bucket["start"]) for bucket in overview["buckets"]]
    parted: dict[datetime.date, dict[str, int]] = {}
    if asked.group != "hour":
        begins = [start.astimezone(ZoneInfo(asked.zone)).date() for start in starts]
        for day, counted in days.items():
            bucket = parted.setdefault(max(begin for begin in begins if begin <= day), dict.fromkeys(counted, 0))
            for name, count in counted.items():
                bucket[name] = count if name == "backlog" else bucket[name] + count
        assert [{**bucket, "start": None} for bucket in overview["buckets"]] == [
            {**parted[begin], "start": None} for begin in begins
        ]
    totals = {name: sum(day[name] for day in days.values()) for name in overview["totals"]}
    assert overview["totals"] == {**totals, "backlog": list(days.values())[-1]["backlog"]}
    assert sum(bucket["created"] for bucket in overview["buckets"]) == totals["created"]
    for row in doors.api("agent-performance", asked):
        assert {"agentId": row["agentId"], "agentName": row["agentName"], **oracle.agent(int(row["agentId"]))} == row
    for row in doors.api("by-category", asked):
        named = {"categoryId": row["categoryId"], "categoryName": row["categoryName"]}
        assert named | oracle.category(row["categoryId"] and int(row["categoryId"])) == row
    satisfaction = doors.api("satisfaction", asked)
    assert {name: satisfaction[name] for name in oracle.satisfaction()} == oracle.satisfaction()
    assert sum(bucket["count"] for bucket in satisfaction["trend"]) == satisfaction["count"]
    cells = {(cell["weekday"], cell["hour"]): cell["tickets"] for cell in doors.api("peak-hours", asked)["cells"]}
    assert {cell: count for cell, count in cells.items() if count} == oracle.peak_hours()
    assert doors.api("first-contact-resolution", asked) == oracle.first_contact()
    assert doors.api("messages-per-ticket", asked) == oracle.messages_per_ticket()
    sla = doors.api("sla-compliance", asked)
    for wire, metric in (("firstResponse", "first_response"), ("resolution", "resolution")):
        assert {name: sla[wire][name] for name in ("met", "breached", "compliance")} == oracle.promises(metric)


def chats_agree_with_python(doors: Doors, asked: Question, oracle: Oracle, chats: Sequence[Session]) -> None:
    agent = asked.filters.get("agentId")
    expected = oracle.chats([chat for chat in chats if not agent or chat.agent_id == int(agent)])
    overview = doors.api("chat-overview", asked)
    assert {name: overview[name] for name in expected} == expected
    for name in ("sessions", "handledByBot", "abandoned"):
        assert sum(bucket[name] for bucket in overview["buckets"]) == expected[name]


def statistics_are_parts_of_reports(doors: Doors, asked: Question) -> None:
    for name, whole in (("agents", "agent-performance"), ("categories", "by-category")):
        parts, all_of = doors.api(name, asked), doors.api(whole, asked)
        assert parts == [{key: row[key] for key in part} for part, row in zip(parts, all_of, strict=True)]


def agree_with_pages(doors: Doors, asked: Question, key: str) -> None:
    """The page shows what the report's tables say, and these are what the API answers of."""
    shown = []
    for table in reports()[key].tables(doors.ask(key, asked)):
        lines = [line.figures for line in table.lines] + ([table.total] if table.total else [])
        shown += [[figure(line[name], METRICS[name].unit) for name in table.metrics] for line in lines]
    assert doors.page(key, asked) == shown


def agree_with_files(doors: Doors, asked: Question) -> None:
    """The summary of a workbook, and the tables that a PDF is laid out of, have the same figures."""
    filters = {name: value for name, value in asked.given("overview").items() if name != "groupBy"}
    tables = summary.tables_of(read_ask(filters, doors.user))
    answer = doors.client.get(f"/support/reports/tickets/export/excel?{urlencode(filters)}&language=en")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)), read_only=True)
    rows = [[value for value in row if value is not None] for row in book["Summary"].iter_rows(values_only=True)]
    written = [row for row in rows if len(row) > 1 or (row and not isinstance(row[0], str))]
    for table in tables:
        heading, *lines = written[: 1 + len(_lines(table))]
        written = written[1 + len(lines) :]
        assert heading[1:] == [str(metric.label) for metric in table.columns()]
        assert [row[1:] for row in lines] == [
            [value for value in values if value is not None] for _name, values in _lines(table)
        ]
    bidi_text.register_fonts()
    for table in tables:
        laid_out = [part for part in pdf.figures_table(table, "en", 700) if hasattr(part, "_cellvalues")]
        cells = [[cell.text for cell in row] for part in laid_out for row in part._cellvalues[1:]]
        assert cells == [
            [name, *(figure(value, unit) for value, unit in zip(values, _units(table), strict=True))]
            for name, values in _lines(table)
        ]
    [overview] = [table for table in tables if table.key == "buckets"]
    assert overview.total == doors.api("overview", asked)["totals"]


def _units(table: Table) -> list[Any]:
    return [metric.unit for metric in table.columns()]


def _lines(table: Table) -> list[tuple[str, list[Any]]]:
    named = [(line_name(line.name, table.group, "en"), line.figures) for line in table.lines]
    named += [("Total", table.total)] if table.total else []
    return [(name, [figures[key] for key in table.metrics]) for name, figures in named]


def rows_add_up(doors: Doors, asked: Question, dice: random.Random) -> None:
    """The rows behind the figures of all lines are together those of the whole."""
    overview = doors.api("overview", asked)
    metric = dice.choice(["created", "resolved", "closed", "reopened"])
    assert doors.rows("overview", asked, metric=metric) == overview["totals"][metric]
    place = dice.randrange(len(overview["buckets"]))
    for metric in ("created", "resolved", "backlog"):
        found = doors.rows("overview", asked, metric=metric, by="bucket", value=place + 1)
        assert found == overview["buckets"][place][metric], (metric, place)
    agents = doors.api("agent-performance", asked)
    agent = max(agents, key=lambda row: row["assignedTickets"])
    for metric, name in (("assignedTickets", "assignedTickets"), ("creditedTickets", "resolvedTickets")):
        found = doors.rows("agent-performance", asked, metric=metric, by="agent", value=agent["agentId"])
        assert found == agent[name], metric
    categories = doors.api("by-category", asked)
    summed = sum(
        doors.rows("by-category", asked, metric="totalTickets", by="category", value=row["categoryId"] or "none")
        for row in categories
    )
    assert summed == overview["totals"]["created"] == sum(row["totalTickets"] for row in categories)


@pytest.fixture
def maker(cast) -> Maker:
    policy(cast.administrator, first=600, following=600, resolution=6000)
    edges = [Period(day, day, ZoneInfo(zone)).start for day in EDGES for zone in ZONES[2:5]]
    made = Maker(cast, 30, days=100, edges=edges)
    made.make(120)
    return made


@pytest.mark.timeout(400)
def test_thirty_random_questions_have_one_answer_at_every_door(cast, maker):
    dice, doors = random.Random(2026), Doors(cast)
    make_chats(cast, random.Random(5), 150)
    chats = list(Session.objects.select_related("rating"))
    keys, empty, found = sorted(reports()), 0, 0
    for number in range(QUESTIONS):
        asked = random_question(dice, maker)
        try:
            oracle = Oracle(asked.first, asked.last, asked.zone, asked.keep)
            agree_with_python(doors, asked, oracle)
            chats_agree_with_python(doors, asked, oracle, chats)
            agree_with_pages(doors, asked, keys[number % len(keys)])
            if number % sized(10, 1) == 0:
                agree_with_files(doors, asked)
            if number % sized(5, 1) == 0:
                rows_add_up(doors, asked, dice)
                statistics_are_parts_of_reports(doors, asked)
        except AssertionError as error:
            error.add_note(f"question {number}: {asked}")
            raise
        found, empty = found + bool(oracle.mine), empty + (not oracle.mine)
    assert found > 15  # there is something to compare
    assert empty > 1  # and nothing, too


def test_a_period_without_anything_has_zeros_and_nulls(cast):
    doors = Doors(cast)
    asked = Question("2026-03-01", "2026-03-02", "Asia/Riyadh", "day")
    nothing = {"created": 0, "resolved": 0, "closed": 0, "reopened": 0, "backlog": 0}
    assert doors.api("overview", asked)["totals"] == nothing
    assert len(doors.api("overview", asked)["buckets"]) == 2
    assert doors.api("satisfaction", asked)["score"] is None
    assert doors.api("first-contact-resolution", asked)["firstContactResolutionRate"] is None
    assert doors.api("messages-per-ticket", asked)["avgMessagesPerTicket"] is None
    assert doors.api("chat-overview", asked)["avgWaitSeconds"] is None
    assert doors.api("sla-compliance", asked)["resolution"]["compliance"] is None
    for key in sorted(reports()):
        agree_with_pages(doors, asked, key)
