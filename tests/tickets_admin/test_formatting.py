"""A reply with marks, wherever its ticket is read: formatted on pages and in mail, as written everywhere else."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api import Api, data
from tests.browser.office import Look, beside_the_browser  # noqa: F401
from tests.cast import Cast
from tests.notifications.acts import mails_to, work
from tests.portal.test_pages import path_of, shown, signed_in
from tests.tickets_admin.desk import Desk, opened, page_of, text_of
from tickets.models import Message

BODY = "**Today** we send <b>it</b>:\n- a _new_ one\n- `SA-1`\nhttps://example.com/a"
HTML = "<strong>Today</strong> we send &lt;b&gt;it&lt;/b&gt;:<ul><li>a <em>new</em> one</li>"


def test_a_reply_is_formatted_on_every_page_and_stored_as_written(cast: Cast) -> None:
    ticket = opened(cast.customer)
    Desk(cast.agent).do(ticket, "reply", body=BODY)
    assert Message.objects.get(author=cast.agent).body == BODY
    assert data(Api(cast.customer).get(f"/tickets/{ticket.pk}/messages"))[-1]["body"] == BODY
    assert HTML in text_of(Desk(cast.agent).open(ticket))
    page = shown(signed_in(cast.customer), path_of(ticket))
    assert HTML in page
    assert '<a href="https://example.com/a" target="_blank" rel="noopener noreferrer nofollow">' in page
    work()
    mail = next(message for message in mails_to(cast.customer) if "<strong>Today" in message.alternatives[0][0])
    assert HTML in mail.alternatives[0][0]
    assert "**Today** we send <b>it</b>:" in mail.body


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_buttons_and_keys_put_marks_around_what_is_chosen(look: Look, committed_cast: Cast) -> None:
    cast = committed_cast
    ticket = opened(cast.customer)
    page = look(cast.agent, page_of(ticket))
    box = page.locator("#reply-body")
    box.fill("one\ntwo three")
    choose(box, 4, 7)
    page.keyboard.press("Control+b")
    expect(box).to_have_value("one\n**two** three")
    page.keyboard.press("Control+b")
    expect(box).to_have_value("one\ntwo three")
    page.keyboard.press("Control+i")
    choose(box, 0, 14)
    page.click("#form-reply [data-mark=numbers]")
    expect(box).to_have_value("1. one\n2. _two_ three")
    page.keyboard.press("Tab")
    expect(page.locator("#form-reply [data-mark=bold]")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#form-reply [data-mark=code]")).to_be_focused()
    box.press("Control+Enter")
    expect(page.locator(".message.agent ol > li em")).to_have_text("two")
    assert Message.objects.get(author=cast.agent).body == "1. one\n2. _two_ three"
    assert page.complaints == []


def choose(box: Any, start: int, end: int) -> None:
    """Choose a part of the box's text."""
    box.evaluate("(box, [start, end]) => { box.focus(); box.setSelectionRange(start, end); }", [start, end])
