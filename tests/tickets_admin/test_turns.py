"""Choices made while a form is on its way: sent after it, as the page is then, or said to be not sent."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.office import Look, beside_the_browser  # noqa: F401
from tests.cast import Cast
from tests.tickets_admin.desk import opened, page_of
from tickets.models import Message, Ticket
from tickets.operations import change_status

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SOON = 15000


def choose(page: Any, status: str) -> None:
    page.locator("#menu-status").evaluate("menu => menu.open = true")
    page.click(f"#menu-status button[value={status}]")


def test_a_second_choice_between_the_event_of_the_first_and_its_answer_is_sent_too(
    look: Look, committed_cast: Cast
) -> None:
    cast = committed_cast
    ticket = opened(cast.customer)
    page = look(cast.agent, page_of(ticket), until="ack")
    late: list[Any] = []
    page.route("**/do/status/", lambda route: late.append((route, route.fetch())), times=1)
    choose(page, "pending")
    # The server has carried it out, and the page shows it by the event, before the answer comes.
    expect(page.locator("#ticket-status")).to_contain_text("Pending", timeout=SOON)
    choose(page, "on_hold")
    page.fill("#reply-body", "A word")
    page.locator("#reply-body").press("Control+Enter")
    assert Ticket.objects.get(pk=ticket.pk).status == "pending"
    [(route, answer)] = late
    route.fulfill(response=answer)
    expect(page.locator("#ticket-status")).to_contain_text("On hold", timeout=SOON)
    expect(page.locator(".message.agent")).to_contain_text("A word", timeout=SOON)
    assert Ticket.objects.get(pk=ticket.pk).status == "on_hold"
    assert Message.objects.filter(author=cast.agent).count() == 1
    assert page.complaints == []


def test_ones_own_reply_is_no_news_while_its_answer_is_on_the_way(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    ticket = opened(cast.customer)
    page = look(cast.agent, page_of(ticket), until="ack")
    late: list[Any] = []
    page.route("**/do/reply/", lambda route: late.append((route, route.fetch())), times=1)
    page.fill("#reply-body", "A word")
    page.locator("#reply-body").press("Control+Enter")
    expect(page.locator(".message.agent")).to_contain_text("A word", timeout=SOON)  # by its event
    expect(page.locator("#composer .live-note")).to_have_count(0)
    [(route, answer)] = late
    route.fulfill(response=answer)
    expect(page.locator("#reply-body")).to_have_value("")
    expect(page.locator(".live-note")).to_have_count(0)
    assert page.complaints == []


def test_a_choice_after_one_that_was_refused_is_said_to_be_not_sent(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    ticket = opened(cast.customer)
    page = look(cast.agent, page_of(ticket), until="ack")
    page.evaluate("sockets.forEach(socket => socket.onmessage = null)")
    change_status(ticket.pk, status="in_progress", by=cast.colleague)
    late: list[Any] = []
    page.route("**/do/status/", lambda route: late.append(route), times=1)
    choose(page, "pending")
    choose(page, "on_hold")
    page.wait_for_function("() => document.querySelector('#menu-status form[aria-busy]')")
    late.pop().continue_()
    expect(page.locator("#toasts")).to_contain_text("Your second choice was not sent", timeout=SOON)
    expect(page.locator("#refusal")).to_be_visible()
    assert Ticket.objects.get(pk=ticket.pk).status == "in_progress"
