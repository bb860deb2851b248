"""The service level in the list of tickets: badges and countdowns, as the page comes and as it goes on."""

from __future__ import annotations

import re

import pytest

from tests.sla.acts import at, check, policy
from tests.tickets.acts import moved, opened, replied
from tests.tickets_admin.desk import Desk, text_of


@pytest.fixture
def listed(cast):
    """The text of the row's badges before its status, and the moment up to which they count."""

    def read(language="en"):
        page = text_of(Desk(cast.agent, language).list(view="all"))
        badges = page.partition('class="row-badges">')[2].partition('<span class="row-when')[0]
        cell = badges.rpartition('<span class="badge')[0]
        due = re.search(r'data-due="([^"]+)"', cell)
        return re.sub(r"<[^>]+>", " ", cell).split(), due and due[1]

    return read


def test_the_list_counts_down_to_the_next_promise(cast, listed):
    policy(cast.administrator, first=90, resolution=480)
    with at(0):
        ticket = opened(cast.customer)
        assert listed() == (["1", "hour", "left"], "2026-03-01T10:30:00+03:00")
    with at(2):
        assert listed()[0] == ["30", "minutes", "late"]
        check()
        assert listed()[0] == ["30", "minutes", "late"]
        replied(cast.agent, ticket)
        assert listed() == (["Missed", "6", "hours", "left"], "2026-03-01T17:00:00+03:00")
        moved(cast.agent, ticket, "pending")
        assert listed() == (["Missed", "Paused", "6", "hours", "left"], None)
        moved(cast.agent, ticket, "resolved")
        assert listed() == (["Missed"], None)


def test_a_ticket_without_a_promise_has_no_badge(cast, listed):
    opened(cast.customer)
    assert listed() == ([], None)


def test_a_badge_turns_yellow_at_the_policys_own_share(cast):
    def tone() -> tuple[str, ...]:
        page = Desk(cast.agent, "en").list(view="all").content.decode()
        return re.search(r'class="badge (\w+)"[^>]*data-due="[^"]+" data-warns="([^"]+)"', page).groups()

    policy(cast.administrator, first=240, warning_percent=50)
    with at(0):
        opened(cast.customer)
    with at(1.9):
        assert tone() == ("info", "2026-03-01T11:00:00+03:00")
    with at(2.1):
        assert tone() == ("warn", "2026-03-01T11:00:00+03:00")
