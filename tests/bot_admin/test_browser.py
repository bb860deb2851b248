"""The bot's pages and the working hours as a person meets them: both languages, both schemes, desk and phone."""

from __future__ import annotations

import pytest

from tests.browser.examine import LOOKS, faults

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
PAGES = (
    "/admin/bot/rule/",
    "/admin/bot/rule/2/change/",
    "/admin/bot/rule/bench/",
    "/admin/tickets/businesscalendar/1/change/",
)


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
def test_its_pages_fit_and_have_nothing_that_keeps_anybody_out(visit, axe, language, scheme, width):
    visitor = visit(language, scheme, width)
    found = []
    for path in PAGES:
        visitor.go(path)
        found += faults(visitor.page, axe, path)
    assert found == []
    assert visitor.complaints == []


def test_the_bench_is_asked_by_keyboard_alone(visit):
    page = visit("ar", "light", 390).page
    page.goto(page.url.rstrip("/") + "/bot/rule/bench/")
    page.focus("#id_text")
    page.keyboard.type("مرحبا، أين طلبي ١٢٣٤٥")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#bench-answer")
    assert "12345" in page.inner_text(".bubble")
    assert page.locator(".bubble").evaluate("el => getComputedStyle(el).direction") == "rtl"
