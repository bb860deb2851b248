"""Things within reach: by the command bar, by the Tab key, by two taps on a phone, and played in place."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.ids import as_number
from tests.api import Api, data
from tests.browser.office import Look, beside_the_browser  # noqa: F401
from tests.cast import Cast
from tests.realtime.servers import wait_until
from tests.storage import storage  # noqa: F401
from tests.tickets.acts import opened
from tests.tickets_admin.desk import Desk, page_of, text_of
from tests.uploads.zoo import iso_media, webm
from tickets.models import Ticket

INBOX = "/admin/tickets/ticket/"


def row(ticket: dict[str, Any]) -> Ticket:
    return Ticket.objects.get(pk=as_number(ticket["id"]))


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_command_bar_acts_on_the_ticket_at_hand_and_leads_anywhere(look: Look, committed_cast: Cast) -> None:
    ticket = opened(committed_cast.customer)
    page = look(committed_cast.agent, page_of(int(ticket["id"])))
    page.keyboard.press("Control+k")
    expect(page.locator("#commands input")).to_be_focused()
    page.keyboard.type("priority urgent")
    page.keyboard.press("Enter")
    wait_until(lambda: row(ticket).priority == 4)
    expect(page.locator("#commands")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("all chats")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/chat/session/")
    page.keyboard.press("Control+k")
    page.keyboard.type("cracked")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=cracked**")
    expect(page.locator(".row-link")).to_have_count(1)
    assert page.complaints == []


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_first_ticket_is_under_ten_tabs_away(look: Look, committed_cast: Cast) -> None:
    opened(committed_cast.customer)
    page = look(committed_cast.agent, INBOX)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-to-content-link >> nth=1")).to_be_focused()
    page.keyboard.press("Enter")
    keys = 3
    while not page.evaluate("document.activeElement.matches('.row-link')"):
        page.keyboard.press("Tab")
        keys += 1
        assert keys < 10


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_on_a_phone_a_ticket_is_in_sight_and_its_acts_are_two_taps_away(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    ticket = opened(cast.customer)
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = look(cast.lead, INBOX, **phone)
    first = page.locator(".row-link").first.bounding_box()
    assert first["y"] + first["height"] <= 844
    page.goto(page.url.split("/admin/")[0] + page_of(int(ticket["id"])))
    page.locator("#menu-status summary").tap()
    page.locator("#menu-status .panel button", has_text="In progress").tap()
    wait_until(lambda: row(ticket).status == "in_progress")
    expect(page.locator("#toasts .toast")).to_have_count(1)  # said once, though event and answer both bring the page
    expect(page.locator("details.menu[open]")).to_have_count(0)
    expect(page.locator("#menu-status summary")).to_be_focused()
    page.locator("#menu-agent summary").tap()
    page.locator("#menu-agent .panel button", has_text=cast.agent.name).first.tap()
    wait_until(lambda: row(ticket).assignee_id == cast.agent.pk)
    box = page.locator("#reply-body")
    assert 0 <= box.bounding_box()["y"] <= 844 - 44
    box.tap()
    page.keyboard.type("We are on it.")
    page.locator("#form-reply .submit-row button").first.tap()
    expect(page.locator(".message.agent", has_text="We are on it.")).to_be_visible()
    assert page.complaints == []


def test_sounds_and_films_are_played_in_place(cast: Cast, storage: Path) -> None:  # noqa: F811
    client = Api(cast.customer)
    found = [("voice.webm", webm(b"A_OPUS")), ("film.mp4", iso_media(b"isom", b"isom", b"mp42"))]
    files = [{"filename": name, "base64": b64encode(content).decode()} for name, content in found]
    stored = data(client.post("/tickets/upload", {"files": files}), 201)["attachments"]
    ticket = opened(cast.customer, attachments=[file["id"] for file in stored])
    page = text_of(Desk(cast.agent).open(int(ticket["id"])))
    assert '<audio controls preload="none" src="' in page
    assert '<video controls preload="none" src="' in page
