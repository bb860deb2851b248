"""The ticket pages as a person meets them: a ticket opened, answered and noted in a real browser, in every look."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.examine import LOOKS, faults
from tests.browser.site import BOSS, Visitor
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Visit = Callable[..., Visitor]
TICKETS = "/admin/tickets/ticket/"


def open_ticket(visitor: Visitor, customer: str = "customer0@example.test", file: Path | None = None) -> str:
    """Open a ticket by the pages, as an agent on the phone would; its address."""
    page = visitor.page
    visitor.go(f"{TICKETS}add/")
    page.fill("#find-customer", customer)
    page.keyboard.press("Enter")
    page.click(".doors a")
    page.fill("#id_subject", f"شاشة مكسورة {uuid.uuid4().hex[:6]}")
    page.fill("#id_description", "السطر الأول\nThe second line is English.")
    if file:
        page.set_input_files("#id_attachments", str(file))
    page.click(".new-ticket .submit-row button")
    page.wait_for_url("**/change/")
    return str(page.url.removeprefix(visitor.site.url))


@pytest.fixture
def canned_title(visit: Visit) -> str:
    """A canned response made by its page."""
    visitor = visit("en")
    visitor.go("/admin/tickets/cannedresponse/add/")
    title = f"Greeting {uuid.uuid4().hex[:6]}"
    for name, text in {"shortcut": title, "title_ar": title, "title_en": title}.items():
        visitor.page.fill(f"#id_{name}", text)
    visitor.page.fill("#id_body_ar", "مرحبا {customer_name}")
    visitor.page.fill("#id_body_en", "Hello {customer_name}, {agent_name} here.")
    visitor.page.click("input[name=_save]")
    visitor.page.wait_for_url("**/cannedresponse/")
    return title


def insert_canned(page: Any, title: str, *, by_typing: bool) -> None:
    """Put the last text of a canned response under a first line: from the list, or by `/` where there is no room."""
    if by_typing:
        page.fill("#reply-body", "First line\n\n")
        page.locator("#reply-body").press_sequentially(f"/{title.split()[-1]}")
        page.locator(".completion [role=option]", has_text=title).last.click()
        return
    page.fill("#reply-body", "First line")
    value = page.locator("#reply-canned option", has_text=title).last.get_attribute("value")
    page.select_option("#reply-canned", value)
    page.click("button[name=insert]")


@pytest.mark.parametrize(("language", "width"), [("ar", 390), ("en", 1440)])
def test_a_ticket_is_opened_answered_and_noted(
    visit: Visit,
    canned_title: str,
    tmp_path: Path,
    language: str,
    width: int,
) -> None:
    visitor = visit(language, width=width)
    page = visitor.page
    file = tmp_path / "فاتورة.txt"
    file.write_text("invoice\n")
    open_ticket(visitor, file=file)
    assert page.locator(".message.opening .files").inner_text().strip().startswith("فاتورة.txt")

    insert_canned(page, canned_title, by_typing=width < 640)
    expect(page.locator("#reply-body")).to_have_value(re.compile("محمد"))
    typed = page.input_value("#reply-body")
    assert typed.startswith("First line\n\n")
    assert "{" not in typed

    # Another form reloads the page; what was typed is there again.
    page.click(".ticket-buttons form[action$='/do/watch/'] button")
    page.wait_for_selector("form[action$='/do/unwatch/']")
    assert page.input_value("#reply-body") == typed

    page.click("#form-reply .submit-row button")
    page.wait_for_selector(".message.agent >> nth=1")
    expect(page.locator("#reply-body")).to_have_value("")  # once the answer is here, which an event may come before

    page.click("label[for=tab-note]")
    assert not page.locator("#form-reply").is_visible()
    page.fill("#note-body", "Only for us.")
    page.click("#form-note .submit-row button")
    page.wait_for_selector(".message.internal")
    assert visitor.complaints == []


def test_lines_of_both_scripts_each_begin_at_their_own_side(visit: Visit) -> None:
    visitor = visit("ar")
    open_ticket(visitor)
    ends = visitor.page.evaluate(
        """() => { const text = document.querySelector('.opening .body').firstChild, box = text.parentElement
          .getBoundingClientRect(), range = document.createRange(), cut = text.data.indexOf('\\n');
          range.setStart(text, 0); range.setEnd(text, cut); const arabic = range.getBoundingClientRect();
          range.setStart(text, cut + 1); range.setEnd(text, text.length); const english = range.getBoundingClientRect();
          return [box.right - arabic.right, english.left - box.left]; }"""
    )
    assert max(ends) < 2


def test_two_clicks_send_one_reply(visit: Visit) -> None:
    visitor = visit("en")
    open_ticket(visitor)
    visitor.page.fill("#reply-body", "Once.")
    visitor.page.evaluate(
        "() => { const f = document.getElementById('form-reply'); f.requestSubmit(); f.requestSubmit(); }"
    )
    visitor.page.wait_for_selector(".message.agent >> nth=1")
    visitor.page.reload()
    assert visitor.page.locator(".message", has_text="Once.").count() == 1


def pages(visitor: Visitor) -> list[str]:
    """Every kind of ticket page, with a ticket that has something of everything."""
    address = open_ticket(visitor)
    page = visitor.page
    page.fill("#reply-body", "Answer.")
    page.select_option("#reply-status", "pending")
    page.click("#form-reply .submit-row button")
    page.wait_for_selector(".message.agent >> nth=1")
    return [
        TICKETS,
        f"{TICKETS}?view=pending&q=nothing-like-it",
        address,
        address.replace("/change/", "/history/"),
        f"{TICKETS}add/?q=customer",
        "/admin/tickets/category/",
        "/admin/tickets/category/add/",
        "/admin/tickets/cannedresponse/",
        "/admin/tickets/cannedresponse/add/",
    ]


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_no_page_complains_overflows_or_keeps_anybody_out(
    visit: Visit, axe: str, language: str, scheme: str, width: int
) -> None:
    visitor = visit(language, scheme, width)
    found = []
    for path in pages(visitor):
        assert visitor.go(path).status == 200, path
        visitor.page.evaluate("document.querySelectorAll('details.fold').forEach(fold => fold.open = true)")
        found += faults(visitor.page, axe, path)
    assert found == []
    assert visitor.complaints == []


def test_text_outlives_a_session_that_ended(visit: Visit) -> None:
    visitor = visit("en")
    address = open_ticket(visitor)
    page = visitor.page
    page.fill("#reply-body", "A long answer.")
    visitor.context.clear_cookies(name="support_session")
    page.click("#form-reply .submit-row button")
    page.wait_for_selector("#id_username")
    page.fill("#id_username", BOSS)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#reply-body")
    assert page.url.endswith(address)
    assert page.input_value("#reply-body") == "A long answer."
    page.click("#form-reply .submit-row button")
    page.wait_for_selector(".message.agent >> nth=1")
    visitor.go(address)
    assert page.input_value("#reply-body") == ""
