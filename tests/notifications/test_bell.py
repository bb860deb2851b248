"""The bell of the back office: one's own notifications, read by opening what they are about."""

from __future__ import annotations

import pytest

from notifications.models import Notification
from tests.backoffice.door import Pages
from tests.notifications.acts import work
from tests.tickets.acts import given, opened, replied

BELL, SEEN, MINE = "/admin/notifications/bell", "/admin/notifications/seen", "/admin/notifications/mine"


@pytest.fixture
def ticket(cast):
    found = opened(cast.customer)
    given(cast.lead, found, cast.agent)
    work()
    replied(cast.customer, found, "Any <b>news</b>?")
    work()
    return found


def unread(user) -> list[str]:
    rows = Notification.objects.filter(recipient=user, read_at=None).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def test_the_bell_lists_ones_own_notices_escaped_and_counts_the_unread(cast, ticket):
    html = Pages(cast.agent).get(BELL).content.decode()
    assert html.count('class="notice unread"') == len(unread(cast.agent)) > 1
    assert "&lt;b&gt;news" in html
    assert "<b>news" not in html
    assert 'class="notice' not in Pages(cast.manager).get(BELL).content.decode()


def test_opening_the_ticket_reads_all_that_tells_of_it_and_nothing_else(cast, ticket):
    other = opened(cast.stranger)
    work()
    door = Pages(cast.agent)
    door.send(SEEN, {"path": f"/admin/tickets/ticket/{ticket['id']}/change/"}, page=MINE)
    assert unread(cast.agent) == ["ticket-created"]
    assert Notification.objects.get(recipient=cast.agent, read_at=None).item.entity_id == other["id"]
    assert unread(cast.colleague)


@pytest.mark.parametrize("path", ["", "x", "/nowhere", "/admin/tickets/ticket/%00/change/", "/admin/"])
def test_an_address_that_is_no_thing_reads_nothing(cast, ticket, path):
    before = unread(cast.agent)
    assert Pages(cast.agent).send(SEEN, {"path": path}, page=MINE).status_code in {200, 404}
    assert unread(cast.agent) == before


def test_opening_a_notice_reads_it_and_goes_on_to_its_ticket(cast, ticket):
    row = Notification.objects.filter(recipient=cast.agent, kind="ticket-replied").get()
    answer = Pages(cast.agent).get(f"{MINE}/{row.pk}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/admin/tickets/ticket/{ticket['id']}/change/")
    assert "ticket-replied" not in unread(cast.agent)
    assert Pages(cast.colleague).get(f"{MINE}/{row.pk}").status_code == 404


def test_all_are_read_at_once_and_the_page_lists_them_in_portions(cast, ticket, monkeypatch):
    monkeypatch.setattr("notifications.admin.bell.ON_PAGE", 1)
    door = Pages(cast.agent)
    page = door.get(MINE).content.decode()
    assert 'href="?before=' in page
    second = Notification.objects.filter(recipient=cast.agent).order_by("pk")[1]
    assert 'href="?before=' not in door.get(f"{MINE}?before={second.pk}").content.decode()
    assert door.send("/admin/notifications/read-all", page=MINE).status_code == 302
    assert unread(cast.agent) == []


def test_the_bell_is_staffs_alone(cast, ticket):
    assert Pages().get(BELL).status_code == 302
    assert Pages().get(MINE).status_code == 302
