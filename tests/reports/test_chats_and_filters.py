"""Chats, and the filters of pages: the API, the page, the rows behind each figure and plain Python say the same."""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chat.models import Session
from tests.api import Api
from tests.reports.doors import PERIOD, asked, behind, shown
from tests.reports.history import Maker, make_chats
from tests.reports.oracle import mean
from tests.tickets_admin.desk import Desk
from tickets.models import Ticket


@pytest.mark.parametrize("zone", ["Asia/Riyadh", "America/New_York"])
def test_chats_are_what_plain_python_counts_at_every_door(cast, zone):
    make_chats(cast, random.Random(5), 150)
    client, only = Api(cast.manager), {"agentId": str(cast.agent.pk)} if zone != "Asia/Riyadh" else {}
    days = [datetime.date.fromisoformat(day) for day in PERIOD]

    def day_of(at: datetime.datetime) -> datetime.date:
        return at.astimezone(ZoneInfo(zone)).date()

    mine = [
        chat
        for chat in Session.objects.select_related("rating")
        if days[0] <= day_of(chat.created_at) <= days[1] and (not only or chat.agent_id == cast.agent.pk)
    ]
    seconds: Callable[[Any], Any] = lambda span: span / datetime.timedelta(seconds=1)  # noqa: E731
    counted = {
        "sessions": mine,
        "handledByBot": [chat for chat in mine if not chat.first_waiting_at and not chat.first_accepted_at],
        "abandoned": [chat for chat in mine if chat.first_waiting_at and not chat.first_accepted_at],
    }
    waits = [seconds(c.first_accepted_at - c.first_waiting_at) for c in mine if c.first_accepted_at]
    expected = {
        **{name: len(chats) for name, chats in counted.items()},
        "avgWaitSeconds": mean(waits),
        "avgDurationSeconds": mean([seconds(chat.ended_at - chat.created_at) for chat in mine]),
        "avgRating": mean([chat.rating.rating for chat in mine if hasattr(chat, "rating")]),
    }
    answer = asked(client, "chat/overview", zone, groupBy="day", **only)
    assert {name: answer[name] for name in expected} == expected
    for place, bucket in enumerate(answer["buckets"]):
        day = days[0] + datetime.timedelta(days=place)
        for name, chats in counted.items():
            assert bucket[name] == len([chat for chat in chats if day_of(chat.created_at) == day])
    whole = shown(cast.manager, "chat-overview", zone, groupBy="day", **only)[0][1]
    assert [int(text) for text in whole[:3]] == [expected[name] for name in counted]
    assert whole[3] == f"{expected['avgWaitSeconds']:,.2f}"
    for name, chats in counted.items():
        rows = behind(client, "chat-overview", zone, name, groupBy="day", **only)
        assert {int(row["id"]) for row in rows} == {chat.pk for chat in chats}
    assert bool(only) or min(map(len, counted.values())) > 0


def test_a_page_shows_the_period_before_in_brackets_and_keeps_its_filters(cast):
    maker = Maker(cast, 9)
    maker.make(40)
    Ticket.objects.update(tags=["vip"])
    user, agent = cast.manager, maker.agents[0]
    query = f"startDate=2026-02-01&endDate=2026-02-10&timezone=UTC&agentId={agent.pk}&tags=vip&compare=previous"
    html = Desk(user).client.get(f"/admin/reports/overview?{query}").content.decode()
    answer = Api(user).get(f"/support/reports/tickets/overview?{query}").json()
    before = answer["meta"]["previous"]["data"]["totals"]
    total = re.search(r"<tfoot>(.*?)</tfoot>", html, re.S)[1]
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", total, re.S)]
    figures = answer["data"]["totals"]
    assert cells == [f"{figures[name]} ({before[name]})" for name in figures]
    assert "2026-01-22</bdi> to <bdi>2026-01-31" in html
    assert f'<option value="{agent.pk}" selected>' in html
    assert 'name="tags" value="vip"' in html
    assert 'name="timezone" value="UTC"' in html
    assert re.search(r'name="compare" value="previous" checked', html)
