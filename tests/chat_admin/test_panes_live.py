"""Several chats beside each other in a browser: each its box and its count, keys between them, few requests."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from chat.models import ChatMessage, Session
from tests.browser.examine import violations
from tests.browser.office import Look, beside_the_browser, pauses  # noqa: F401
from tests.cast import Cast
from tests.chat_admin.desk import DESK, active, page_of, says, waiting

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SOON = 15000


def box(page: Any, session: Session) -> Any:
    return page.locator(f"#reply-{session.pk}-body")


def pane(page: Any, session: Session) -> Any:
    return page.locator(f"#chat-{session.pk}")


def test_two_chats_are_held_side_by_side(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    first, second = active(cast.customer, cast.agent), active(cast.stranger, cast.agent)
    page = look(cast.agent, DESK, viewport={"width": 1440, "height": 900})
    page.evaluate("window.same = true")
    with page.expect_response("**/do/read/"):
        page.click(f"#mine-{first.pk} a")
    expect(box(page, first)).to_be_focused(timeout=SOON)
    page.keyboard.type("To the first")
    page.click(f"#mine-{second.pk} a")
    expect(box(page, second)).to_be_focused(timeout=SOON)
    expect(pane(page, first)).to_be_visible()
    # Each has its box: what is sent from one leaves the other alone.
    page.keyboard.type("To the second")
    page.keyboard.press("Enter")
    expect(pane(page, second).locator(".bubble.mine")).to_contain_text("To the second", timeout=SOON)
    expect(box(page, second)).to_have_value("")
    expect(box(page, first)).to_have_value("To the first")
    # What is said in the one that is not at hand is counted there and in the list, and is not read by that.
    asked = says(cast.customer, "Are you there?")
    expect(pane(page, first).locator(".bubble.customer").last).to_contain_text("Are you there?", timeout=SOON)
    expect(pane(page, first).locator(".chat-head .count")).to_contain_text("1", timeout=SOON)
    expect(page.locator(f"#mine-{first.pk} .count")).to_contain_text("1")
    assert ChatMessage.objects.get(pk=asked).read_at is None
    page.keyboard.press("F6")
    expect(box(page, first)).to_be_focused()
    expect(pane(page, first).locator(".chat-head .count")).to_have_count(0, timeout=SOON)
    page.wait_for_function("id => location.pathname.includes(`/${id}/change/`)", arg=str(first.pk))
    page.keyboard.press("Shift+F6")
    expect(box(page, second)).to_be_focused()
    page.locator("#main").evaluate("main => document.activeElement.blur()")
    page.keyboard.press("1")
    expect(box(page, first)).to_be_focused()
    expect(box(page, first)).to_have_value("To the first")
    assert page.evaluate("window.same")
    # Both stand there again after a reload, with what was typed.
    page.reload()
    expect(box(page, first)).to_have_value("To the first", timeout=SOON)
    expect(pane(page, second)).to_be_visible()
    assert page.complaints == []


def test_one_request_at_a_time_whatever_happens_in_both(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    first, second = active(cast.customer, cast.agent), active(cast.stranger, cast.agent)
    page = look(cast.agent, f"{page_of(first)}?panes={first.pk},{second.pk}")
    for number in range(4):
        says(cast.customer, f"first {number}")
        says(cast.stranger, f"second {number}")
    expect(pane(page, first).locator(".bubble.customer").last).to_contain_text("first 3", timeout=SOON)
    expect(pane(page, second).locator(".bubble.customer").last).to_contain_text("second 3", timeout=SOON)
    assert min(pauses(page, r"session/(desk|\d+/change)/"), default=300) >= 295


def test_a_chat_that_ends_or_leaves_gives_its_place_and_the_others_stay(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    first, second, third = (
        active(cast.customer, cast.agent),
        active(cast.stranger, cast.agent),
        waiting(cast.guest),
    )
    page = look(cast.agent, f"{page_of(first)}?panes={first.pk},{second.pk}", viewport={"width": 1440, "height": 900})
    box(page, second).fill("Half a")
    page.click(f"#waiting-{third.pk} form button")
    expect(box(page, third)).to_be_focused(timeout=SOON)
    expect(page.locator(".pane")).to_have_count(3)
    page.click(f"#end-chat-{third.pk} summary")
    page.click(f"#end-chat-{third.pk} form button")
    expect(page.locator(f"#chat-status-{third.pk}")).to_contain_text("Ended", timeout=SOON)
    page.click(f"#close-chat-{third.pk}")
    page.click(f"#about-chat-{first.pk}")
    page.select_option(f"#transfer-{first.pk}-agent_id", value=str(cast.colleague.pk))
    page.click(f"#form-transfer-{first.pk} .submit-row button")
    expect(page.locator("#toasts")).to_contain_text("The chat was passed on.")
    expect(page.locator(".pane")).to_have_count(1)
    expect(box(page, second)).to_have_value("Half a")
    assert Session.objects.get(pk=first.pk).agent_id == cast.colleague.pk
    assert page.complaints == []


def test_on_a_phone_one_stands_there_and_the_others_are_a_tap_away(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    first, second = active(cast.customer, cast.agent), active(cast.stranger, cast.agent)
    page = look(cast.agent, page_of(first), language="ar", viewport={"width": 390, "height": 844})
    box(page, first).fill("للأول")
    says(cast.stranger, "وأنا؟")
    expect(page.locator(f"#mine-{second.pk} .count")).to_contain_text("2", timeout=SOON)
    page.click(f"#mine-{second.pk} a")
    expect(box(page, second)).to_be_visible(timeout=SOON)
    expect(pane(page, first)).to_be_hidden()
    place = box(page, second).bounding_box()
    assert 0 <= place["y"] <= 844 - place["height"]
    page.click(f"#mine-{first.pk} a")
    expect(box(page, first)).to_have_value("للأول")
    expect(pane(page, second)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_axe_finds_nothing_in_two_chats_side_by_side(look: Look, committed_cast: Cast, axe: Any) -> None:
    cast = committed_cast
    first, second = active(cast.customer, cast.agent), active(cast.stranger, cast.agent)
    options = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"}
    page = look(cast.agent, f"{page_of(first)}?panes={first.pk},{second.pk}", language="ar", **options)
    page.click(f"#about-chat-{second.pk}")
    assert list(violations(page, axe, "two chats")) == []
