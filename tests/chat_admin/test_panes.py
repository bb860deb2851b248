"""Several chats open beside each other, as the server sends them: those one sees, in order, at a fixed cost each."""

from __future__ import annotations

import re

from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.admin.panes import PANES_SHOWN
from tests.cast import Cast, fresh
from tests.chat_admin.desk import active, page_of, says, waiting
from tests.tickets_admin.desk import text_of


def open_in(response) -> list[str]:
    return re.findall(r'<section class="pane[^>]*data-session-id="(\d+)"', text_of(response))


def test_chats_are_opened_beside_each_other_in_the_order_asked_for(cast: Cast, desk) -> None:
    first, second = active(cast.customer, cast.agent), active(cast.stranger, cast.agent)
    page = desk(cast.agent).open(first, panes=f"{second.pk},{first.pk}")
    assert open_in(page) == [str(second.pk), str(first.pk)]
    assert text_of(page).count("pane is-active") == 1
    ids = re.findall(r'\bid="([^"]+)"', text_of(page))
    assert sorted(ids) == sorted(set(ids))


def test_what_is_said_in_a_chat_that_is_not_at_hand_is_counted(cast: Cast, desk) -> None:
    first, second = active(cast.customer, cast.agent), active(cast.stranger, cast.agent)
    says(cast.stranger, "And me?")
    page = text_of(desk(cast.agent).open(first, panes=f"{first.pk},{second.pk}"))
    here, beside = page.split(f'id="chat-{second.pk}"')
    assert 'class="count bad">2' in beside
    assert 'class="count bad">' not in here.split(f'id="chat-{first.pk}"')[1]


def test_chats_of_others_and_nonsense_are_left_out(cast: Cast, desk) -> None:
    cast.outsider.user_permissions.set(Permission.objects.filter(codename="chat.accept"))
    agent = fresh(cast.outsider)
    mine, theirs = active(cast.customer, agent), active(cast.stranger, cast.colleague)
    asked = f"{theirs.pk},{mine.pk},{mine.pk},x,-1,{2**70},999999999"
    assert open_in(desk(agent).open(mine, panes=asked)) == [str(mine.pk)]
    many = ",".join(str(number) for number in range(10**6, 10**6 + 40))
    assert open_in(desk(agent).open(mine, panes=many)) == [str(mine.pk)]
    assert PANES_SHOWN < 40


def test_each_open_chat_costs_the_same_queries(cast: Cast, desk) -> None:
    sessions = [active(cast.customer, cast.agent), active(cast.stranger, cast.agent), waiting(cast.guest)]
    for number in range(30):
        says(cast.customer, f"line {number}")
    here = desk(cast.agent)
    here.open(sessions[0])
    counts = []
    for end in (1, 2):
        with CaptureQueriesContext(connection) as queries:
            here.open(sessions[0], panes=",".join(str(each.pk) for each in sessions[:end]))
        counts.append(len(queries))
    assert counts[1] - counts[0] <= 8, counts
    with CaptureQueriesContext(connection) as queries:
        here.client.get(page_of(sessions[0]))
    assert len(queries) == counts[0]
