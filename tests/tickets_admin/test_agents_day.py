"""An agent's day in both languages: two agents and two customers at once, tickets and a chat, by keys and clicks."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from chat.models import Session
from tests.browser.office import Look, beside_the_browser  # noqa: F401
from tests.cast import Cast
from tests.chat_admin.desk import DESK, page_of, waiting
from tests.tickets.acts import opened, replied, thread
from tickets.models import Ticket
from tickets.operations import save_macro

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

INBOX = "/admin/tickets/ticket/"
SOON = 20000  # long enough for a busy machine; what comes is waited for, not slept for


def row(page: Page, ticket: dict[str, Any]) -> Any:
    return page.locator(f"#row-{ticket['id']}")


def seen(ticket: dict[str, Any]) -> Ticket:
    return Ticket.objects.get(pk=ticket["id"])


@pytest.mark.parametrize("language", ["ar", "en"])
def test_two_agents_serve_two_customers_through_a_day(look: Look, committed_cast: Cast, language: str) -> None:
    cast = committed_cast
    User.objects.filter(pk__in=[cast.agent.pk, cast.colleague.pk]).update(availability="available")
    parts = {"reply_ar": "نأسف للتأخير", "reply_en": "Sorry for the delay", "status": "pending"}
    save_macro(None, changes={"name_ar": "تأخر", "name_en": "Late", **parts}, by=cast.lead)
    mine, theirs = look(cast.agent, INBOX, language=language), look(cast.colleague, INBOX, language=language)

    screen, late = _two_customers_write(cast, mine, theirs)
    _one_takes_and_answers(cast, mine, theirs, screen)
    _one_answers_by_a_macro_and_puts_aside(cast, theirs, late)
    _a_chat_goes_from_hand_to_hand(cast, mine, theirs)
    assert mine.complaints == theirs.complaints == []


def _two_customers_write(cast: Cast, mine: Page, theirs: Page) -> tuple[Any, Any]:
    """Both agents see what two customers write without a reload."""
    screen = opened(cast.customer, subject="شاشة مكسورة", orderId="SA-104233")
    late = opened(cast.stranger, subject="Where is my parcel?")
    for page in (mine, theirs):
        expect(row(page, screen)).to_be_visible(timeout=SOON)
        expect(row(page, late)).to_be_visible(timeout=SOON)
    return screen, late


def _one_takes_and_answers(cast: Cast, mine: Page, theirs: Page, screen: Any) -> None:
    """One takes the ticket and answers by keys; the other sees that they look, write and have written."""
    mine.keyboard.press("j")
    expect(mine.locator("#reading #ticket")).to_have_attribute("data-ticket-id", screen["id"], timeout=SOON)
    mine.click("#reading form[action*='/do/take/'] button")
    expect(row(theirs, screen)).to_have_count(0, timeout=SOON)
    theirs.goto(f"{theirs.url.split('?')[0]}{screen['id']}/change/")
    expect(theirs.locator("#viewers")).to_contain_text(cast.agent.name, timeout=SOON)
    mine.keyboard.press("r")
    mine.keyboard.type("نرسل لك جهازًا جديدًا اليوم.")
    expect(theirs.locator("#typing")).to_contain_text(cast.agent.name, timeout=SOON)
    mine.keyboard.press("Control+Enter")
    expect(theirs.locator(".message.agent").last).to_contain_text("جهازًا جديدًا", timeout=SOON)
    expect(mine.locator("#reply-body")).to_have_value("", timeout=SOON)
    assert thread(cast.customer, screen)[-1]["body"] == "نرسل لك جهازًا جديدًا اليوم."
    replied(cast.customer, screen, "شكرًا!")
    expect(mine.locator("#reading .message.customer").last).to_contain_text("شكرًا!", timeout=SOON)
    mine.locator("#reading #menu-status summary").click()
    mine.click("#reading #menu-status button[value=resolved]")
    expect(mine.locator("#reading #ticket-status")).to_have_class("badge good", timeout=SOON)
    assert (seen(screen).status, seen(screen).resolved_by_id) == ("resolved", cast.agent.pk)


def _one_answers_by_a_macro_and_puts_aside(cast: Cast, theirs: Page, late: Any) -> None:
    """A macro answers, the ticket is put aside, and an answer of the customer ends that."""
    theirs.goto(f"{theirs.url.split('/ticket/')[0]}/ticket/{late['id']}/change/")
    theirs.locator("#menu-macro summary").click()
    theirs.click("#menu-macro button[name=macro_id]")
    expect(theirs.locator(".message.agent").last).to_be_visible(timeout=SOON)
    theirs.locator("#menu-snooze summary").click()
    theirs.locator("#menu-snooze button[name=until]").first.click()
    expect(theirs.locator("#ticket-snooze.info")).to_be_visible(timeout=SOON)
    replied(cast.stranger, late, "I have waited a week!")
    expect(theirs.locator("#ticket-snooze.info")).to_have_count(0, timeout=SOON)
    assert seen(late).snoozed_until is None


def _a_chat_goes_from_hand_to_hand(cast: Cast, mine: Page, theirs: Page) -> None:
    """A chat that waits is accepted by one, passed on, and ended by the other."""
    session = waiting(cast.stranger, "Are you there?")
    for page in (mine, theirs):
        expect(page.locator("#toasts .toast", has_text=cast.stranger.name).first).to_be_visible(timeout=SOON)
    theirs.goto(f"{theirs.url.split('/admin/')[0]}{DESK}")
    theirs.click(f"#waiting-{session.pk} form button")
    expect(theirs.locator(".reply [name=body]")).to_be_focused(timeout=SOON)
    theirs.keyboard.type("One moment.")
    theirs.keyboard.press("Enter")
    expect(theirs.locator(".bubble.agent.mine")).to_contain_text("One moment.", timeout=SOON)
    theirs.select_option(".transfer [name=agent_id]", value=str(cast.agent.pk))
    theirs.click(".transfer .submit-row button")
    given = mine.locator("#toasts .toast a", has_text=cast.stranger.name)
    expect(given.last).to_be_visible(timeout=SOON)
    mine.goto(f"{mine.url.split('/admin/')[0]}{page_of(session)}")
    mine.fill(".reply [name=body]", "It arrives today.")
    mine.keyboard.press("Enter")
    expect(mine.locator(".bubble.agent.mine")).to_contain_text("It arrives today.", timeout=SOON)
    mine.click(".end-chat summary")
    mine.click(".end-chat form button")
    expect(mine.locator(".composer")).to_have_count(0, timeout=SOON)
    assert Session.objects.get(pk=session.pk).status == "ended"
