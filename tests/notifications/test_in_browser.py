"""The bell in a real browser beside what happens, and an e-mail in its sealed frame."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.office import beside_the_browser  # noqa: F401
from tests.notifications.acts import work
from tests.tickets.acts import given, opened

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_an_assignment_rings_the_bell_and_opening_the_ticket_reads_it(look, committed_cast):
    cast = committed_cast
    page = look(cast.agent, "/admin/")
    ticket = opened(cast.customer)
    given(cast.lead, ticket, cast.agent)
    work()
    expect(page.locator("#bell-state .count")).to_contain_text("2")
    expect(page.locator(".toast[data-kind=notifications]").first).to_contain_text(ticket["ticketNumber"])
    assert page.title().startswith("(2) ")
    page.locator("#bell-state").click()
    page.locator(".notice[data-kind=ticket-assigned]").click()
    page.wait_for_url(f"**/admin/tickets/ticket/{ticket['id']}/change/")
    expect(page.locator("#bell-state .count")).to_have_count(0)
    assert not page.title().startswith("(")
    assert page.complaints == []


def test_a_template_is_seen_in_its_frame(look, committed_cast):
    page = look(committed_cast.administrator, "/admin/notifications/templates/ticket-replied/en")
    frame = page.frame_locator("iframe.mail")
    expect(frame.locator("body")).to_contain_text("Sam")
    assert page.complaints == []
