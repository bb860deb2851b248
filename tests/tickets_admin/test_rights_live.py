"""Rights that are taken while a page is open: its buttons go at once, and what is sent all the same is refused."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from accounts.operations import update_staff
from tests.browser.office import Look, beside_the_browser  # noqa: F401
from tests.cast import Cast
from tests.tickets_admin.desk import act_of, opened, page_of
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SOON = 15000
# A form of the page as it stood before, sent by hand: the answer's status.
SEND = """([address, token]) => fetch(address, {
  method: "POST", body: new URLSearchParams({ csrfmiddlewaretoken: token, status: "pending" }),
}).then(answer => answer.status)"""


def test_rights_taken_while_pages_are_open_take_their_buttons_and_refuse_what_is_sent(
    look: Look, committed_cast: Cast
) -> None:
    cast = committed_cast
    ticket = opened(cast.customer)
    page, inbox = look(cast.agent, page_of(ticket), until="ack"), look(cast.agent, "/admin/tickets/ticket/?view=all")
    expect(page.locator("#menu-status")).to_be_visible()
    expect(inbox.locator("select[name=action] option[value=take]")).to_have_count(1)
    page.evaluate("window.same = true")
    token = page.locator("#form-reply [name=csrfmiddlewaretoken]").input_value()
    managers = Group.objects.get(name="manager")
    update_staff(cast.agent.pk, changes={}, group_ids=[managers.pk], by=cast.administrator)
    for gone in ("#menu-status", "#menu-agent", "#composer", "form[action*='/do/']"):
        expect(page.locator(gone)).to_have_count(0, timeout=SOON)
    expect(inbox.locator("select[name=action]")).to_have_count(0, timeout=SOON)
    assert page.evaluate("window.same")
    assert page.evaluate(SEND, [act_of(ticket, "status"), token]) == 403
    assert Ticket.objects.get(pk=ticket.pk).status == "open"
