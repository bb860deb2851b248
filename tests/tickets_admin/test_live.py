"""The list and the page of tickets follow what happens, in a real browser against a real server."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from accounts.models import User
from core.operation import operation_scope
from realtime.publish import emit
from tests.browser.office import Look, beside_the_browser, pauses  # noqa: F401
from tests.cast import Cast
from tests.realtime.acts import report
from tests.tickets_admin.desk import page_of
from tickets.models import Message, Ticket
from tickets.operations import NewMessage, NewTicket, add_message, change_status, create_ticket, update_ticket
from tickets.rooms import QUEUE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LIST = "/admin/tickets/ticket/"
SOON = 15000  # long enough for a busy machine; what comes is waited for, not slept for


def opened(cast: Cast, subject: str = "Cracked screen") -> Ticket:
    return create_ticket(NewTicket(subject, "The phone came with a cracked screen."), by=cast.customer)


def said(ticket: Ticket, body: str, by: User) -> None:
    add_message(ticket.pk, NewMessage(body), by=by)


def test_w1_a_colleagues_reply_appears_without_a_reload(look: Look, committed_cast: Cast) -> None:
    ticket = opened(committed_cast)
    mine = look(committed_cast.agent, page_of(ticket), until="ack")
    theirs = look(committed_cast.colleague, page_of(ticket), until="ack", language="ar")
    theirs.evaluate("window.same = true")
    mine.fill("#reply-body", "We send you a new one.")
    mine.select_option("#reply-status", "pending")
    mine.click("#form-reply .submit-row button")
    expect(theirs.locator(".message.agent").last).to_contain_text("We send you a new one.", timeout=SOON)
    expect(theirs.locator("#ticket-status")).to_contain_text("بانتظار العميل", timeout=SOON)
    assert theirs.evaluate("window.same")
    assert mine.complaints == theirs.complaints == []


def test_w1_what_came_while_the_socket_was_cut_appears(look: Look, committed_cast: Cast) -> None:
    ticket = opened(committed_cast)
    page = look(committed_cast.agent, page_of(ticket), until="ack")
    page.evaluate("heard.length = 0; sockets.at(-1).close(4000)")
    said(ticket, "Are you there?", committed_cast.customer)
    page.wait_for_function("() => heard.includes('ready')")
    expect(page.locator("#thread")).to_contain_text("Are you there?", timeout=SOON)
    said(ticket, "And now?", committed_cast.customer)
    expect(page.locator("#thread")).to_contain_text("And now?", timeout=SOON)
    assert page.locator("#thread .message").count() == 3


def test_a_form_in_edit_stays_and_says_that_it_is_old(look: Look, committed_cast: Cast) -> None:
    ticket = opened(committed_cast)
    page = look(committed_cast.agent, page_of(ticket), until="ack")
    page.fill("#reply-body", "Half a sent")
    said(ticket, "One more thing.", committed_cast.customer)
    expect(page.locator("#thread")).to_contain_text("One more thing.", timeout=SOON)
    expect(page.locator("#composer .live-note a")).to_be_visible()
    assert page.input_value("#reply-body") == "Half a sent"
    update_ticket(ticket.pk, changes={"priority": 4}, by=committed_cast.lead)
    expect(page.locator("#ticket-priority")).to_contain_text("Urgent", timeout=SOON)
    version = Ticket.objects.get(pk=ticket.pk).version
    assert page.input_value("#form-status [name=version]") == str(version)
    assert page.locator("#form-status .live-note").count() == 0
    page.click("#composer .live-note a")
    page.wait_for_function("() => heard.includes('ack')")
    assert page.input_value("#reply-body") == "Half a sent"
    assert page.locator(".live-note").count() == 0


def test_a_composer_that_came_later_sends(look: Look, committed_cast: Cast) -> None:
    ticket = opened(committed_cast)
    page = look(committed_cast.agent, page_of(ticket), until="ack")
    said(ticket, "One more thing.", committed_cast.customer)
    expect(page.locator("#thread")).to_contain_text("One more thing.", timeout=SOON)
    page.fill("#reply-body", "Seen.")
    page.click("#form-reply .submit-row button")
    expect(page.locator(".message.agent").last).to_contain_text("Seen.")
    assert page.locator("#refusal").count() == 0


def test_w2_a_hundred_events_in_a_second_cost_five_fragments(look: Look, committed_cast: Cast) -> None:
    ticket = opened(committed_cast)
    page = look(committed_cast.agent, LIST)
    begun = time.monotonic()
    for count in range(99):
        with operation_scope():
            emit("ticket:updated", {QUEUE: {"id": str(ticket.pk)}})
        time.sleep(max(0.0, begun + count / 100 - time.monotonic()))
    update_ticket(ticket.pk, changes={"subject": "Event 99"}, by=committed_cast.lead)
    took = time.monotonic() - begun
    expect(page.locator("#result_list")).to_contain_text("Event 99", timeout=SOON)
    page.wait_for_timeout(700)
    starts = [sent.timing["startTime"] for sent in page.fragments if urlsplit(sent.url).path == LIST]
    report(f"100 events in {took:.2f} s: {len(starts)} fragments")
    assert 1 <= len(starts) <= 5 + max(0, took - 1) / 0.3
    assert min(pauses(page, rf"{LIST}(\?|$)"), default=300) >= 295
    assert page.complaints == []


def test_a_new_ticket_is_told_and_listed_until_that_is_switched_off(look: Look, committed_cast: Cast) -> None:
    page = look(committed_cast.agent, LIST)
    assert page.locator("#result_list").count() == 0
    first = opened(committed_cast, "<b>First</b>")
    expect(page.locator("#toasts .toast")).to_contain_text("<b>First</b>", timeout=SOON)
    assert page.locator("#toasts a").get_attribute("href") == page_of(first)
    expect(page.locator("#result_list")).to_contain_text(first.number, timeout=SOON)
    page.click("#notice-menu summary")
    page.click("#notices")
    assert page.get_attribute("#notices", "aria-pressed") == "false"
    second = opened(committed_cast)
    expect(page.locator("#result_list")).to_contain_text(second.number, timeout=SOON)
    assert page.locator("#toasts .toast").count() == 0
    assert page.complaints == []


def test_rows_stay_while_somebody_chooses_among_them(look: Look, committed_cast: Cast) -> None:
    opened(committed_cast)
    page = look(committed_cast.agent, LIST)
    page.check("tr input.action-select")
    second = opened(committed_cast, "Later")
    expect(page.locator("#live-note")).to_be_visible(timeout=SOON)
    assert page.locator("#result_list tbody tr").count() == 1
    page.uncheck("tr input.action-select")
    expect(page.locator("#result_list")).to_contain_text(second.number, timeout=SOON)
    page.check("#action-toggle")
    assert page.locator("tr input.action-select:checked").count() == 2
    assert page.inner_text(".action-counter") == "2 of 2 selected"


def test_j_opens_the_ticket_after_the_one_that_was_resolved(look: Look, committed_cast: Cast) -> None:
    _, second, third = (opened(committed_cast, subject) for subject in ("First", "Second", "Third"))
    page = look(committed_cast.agent, LIST, viewport={"width": 1440, "height": 900})
    page.click(f"#row-{second.pk} .row-link")
    page.click(f"#ticket[data-ticket-id='{second.pk}'] #menu-status summary")
    page.fill("#reply-body", "Half a")
    page.locator(f"#row-{second.pk} .row-link").press("Enter")  # open already: one goes into it, and nothing is lost
    expect(page.locator("#reading")).to_be_focused()
    expect(page.locator("#reply-body")).to_have_value("Half a")
    page.fill("#reply-body", "")
    page.click("#menu-status summary")
    page.click("#menu-status button[value=resolved]")
    expect(page.locator(f"#row-{second.pk}")).to_have_count(0, timeout=SOON)
    page.keyboard.press("j")
    expect(page.locator(f"#ticket[data-ticket-id='{third.pk}']")).to_be_visible(timeout=SOON)
    assert page.complaints == []


def test_a_page_whose_ticket_went_out_of_sight_says_that_it_stopped(look: Look, committed_cast: Cast) -> None:
    ticket = opened(committed_cast)
    page = look(committed_cast.agent, page_of(ticket), until="ack")
    page.context.clear_cookies()
    change_status(ticket.pk, "in_progress", by=committed_cast.lead)
    expect(page.locator("#live-ended")).to_be_visible(timeout=SOON)


def test_without_scripts_the_pages_work_as_before(look: Look, committed_cast: Cast) -> None:
    ticket = opened(committed_cast)
    page = look(committed_cast.agent, LIST, scripts=False)
    assert not page.locator("#notices").is_visible()
    page.goto(page.url.replace(LIST, page_of(ticket)))
    page.fill("#reply-body", "By hand.")
    page.click("#form-reply .submit-row button")
    expect(page.locator(".message.agent").last).to_contain_text("By hand.")


@pytest.mark.parametrize("act", ["reply", "escalate"])
def test_a_refused_form_shows_itself_with_the_focus_in_the_field(look: Look, committed_cast: Cast, act: str) -> None:
    ticket = opened(committed_cast)
    page = look(committed_cast.agent, page_of(ticket), viewport={"width": 390, "height": 500})
    if act == "escalate":
        page.click("#form-escalate summary")
    page.click(f"#form-{act} .submit-row button")
    field = page.locator("#reply-body" if act == "reply" else "#escalate-reason")
    expect(field).to_be_focused(timeout=SOON)
    expect(field).to_be_in_viewport()


def test_a_reply_that_is_held_is_taken_back_or_sent_at_once(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    User.objects.filter(pk=cast.agent.pk).update(holds_replies=True)
    ticket = opened(cast)
    page = look(cast.agent, page_of(ticket))
    page.fill("#reply-body", "Half a thought")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".held")).to_contain_text("The reply is sent in", timeout=SOON)
    page.locator(".held button").first.click()
    expect(page.locator("#reply-body")).to_be_focused()
    expect(page.locator("#reply-body")).to_have_value("Half a thought")
    assert not Message.objects.filter(author=cast.agent).exists()
    page.keyboard.press("Control+Enter")
    page.locator(".held button").last.click()
    expect(page.locator(".message.agent")).to_contain_text("Half a thought", timeout=SOON)
    expect(page.locator("#reply-body")).to_have_value("")
    assert page.complaints == []
