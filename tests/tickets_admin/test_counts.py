"""How many keys and clicks an agent needs: the figures of docs/back-office.md, counted on the pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser.office import Look, beside_the_browser  # noqa: F401
from tests.cast import Cast
from tests.tickets.acts import given, opened
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

SOON = 20000
INBOX = "/admin/tickets/ticket/"


class Hand:
    """A page worked by keys and clicks that are counted; a text that is typed counts once, in `texts`."""

    def __init__(self, page: Any) -> None:
        self.page, self.keys, self.clicks, self.texts = page, 0, 0, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.keys += len(keys)

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.texts += 1


def documented(task: str) -> tuple[int, int]:
    """Return ours of a row of the table: keys and clicks."""
    text = (Path(settings.BASE_DIR) / "docs" / "back-office.md").read_text()
    found = re.search(rf"^\| {re.escape(task)} \| (\d+|–) \| (\d+) \|", text, re.MULTILINE)
    assert found, task
    return 0 if found[1] == "–" else int(found[1]), int(found[2])


def test_the_documented_counts_are_those_of_the_pages(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    first, second, third, fourth = (opened(cast.customer, subject=f"Number {number}") for number in range(4))
    found = opened(cast.stranger, orderId="SA-998877")
    given(cast.lead, second, cast.agent)
    page = look(cast.agent, f"{INBOX}{second['id']}/change/")

    keys = Hand(page)
    keys.press("r")
    keys.type("It was sent today.")
    keys.press("Control+Shift+Enter")
    expect(page.locator("#ticket-status")).to_have_class("badge good", timeout=SOON)
    page.goto(f"{page.url.split(INBOX)[0]}{INBOX}{third['id']}/change/")
    hand = Hand(page)
    hand.click("#reply-body")
    hand.type("It was sent today.")
    hand.click("#form-reply .and-resolve")
    expect(page.locator("#ticket-status")).to_have_class("badge good", timeout=SOON)
    assert Ticket.objects.filter(pk__in=[second["id"], third["id"]], status="resolved").count() == 2
    assert (keys.keys, hand.clicks) == documented("answer and resolve")

    page.goto(page.url.split(INBOX)[0] + INBOX)
    keys = Hand(page)
    keys.press("j")
    expect(page.locator("#reading #ticket")).to_have_attribute("data-ticket-id", first["id"], timeout=SOON)
    keys.press("t")
    expect(page.locator("#reading form[action*='/do/take/']")).to_have_count(0, timeout=SOON)
    hand = Hand(page)
    hand.click(f"#row-{fourth['id']} .row-link")
    expect(page.locator("#reading #ticket")).to_have_attribute("data-ticket-id", fourth["id"], timeout=SOON)
    hand.click("#reading form[action*='/do/take/'] button")
    expect(page.locator("#reading form[action*='/do/take/']")).to_have_count(0, timeout=SOON)
    assert Ticket.objects.filter(pk__in=[first["id"], fourth["id"]], assignee=cast.agent).count() == 2
    assert (keys.keys, hand.clicks) == documented("take the next ticket")

    hand = Hand(page)
    hand.click("#reading #ticket-agent")
    hand.click(f"#reading #menu-agent button[value='{cast.colleague.pk}']")
    expect(page.locator("#reading #ticket-agent")).to_contain_text(cast.colleague.name, timeout=SOON)
    expect(page.locator("form[data-sending]")).to_have_count(0, timeout=SOON)  # its event may come before its answer
    keys = Hand(page)
    keys.press("Control+k")
    keys.type(cast.lead.name)
    keys.press("Enter")
    expect(page.locator("#reading #ticket-agent")).to_contain_text(cast.lead.name, timeout=SOON)
    assert (keys.keys, hand.clicks) == documented("transfer to a colleague")

    keys = Hand(page)
    keys.press("/")
    keys.type("SA-998877")
    keys.press("Enter")
    expect(page.locator(f"#row-{found['id']}")).to_be_visible(timeout=SOON)
    assert (keys.keys, 1) == documented("find a customer's order")


def test_two_tickets_are_merged_by_the_documented_clicks(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    target, source = opened(cast.customer, subject="Stays"), opened(cast.customer, subject="Ends")
    page = look(cast.lead, f"{INBOX}{target['id']}/change/")
    hand = Hand(page)
    hand.click("#form-merge summary")
    hand.click("#merge-source_ids")
    expect(page.locator(".found [role=option]")).to_have_count(1, timeout=SOON)
    expect(page.locator(".found .said")).to_contain_text("cracked screen")
    hand.click(".found [role=option]")
    expect(page.locator("#merge-source_ids")).to_have_value(source["ticketNumber"])
    hand.click("#form-merge .submit-row button")
    expect(page.locator("#related")).to_contain_text(source["ticketNumber"], timeout=SOON)
    assert hand.clicks == documented("merge two")[1]
    assert page.complaints == []
