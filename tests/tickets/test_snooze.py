"""Putting a ticket aside: until when, what ends it, what it leaves alone, and what is refused."""

from __future__ import annotations

import pytest

from tests.api import refusal
from tests.sla.acts import at, moment
from tests.tickets.acts import act, actions, footprint, moved, opened, replied, row, seen, tried
from tests.tickets_admin.desk import Desk, text_of
from tickets import monitor


def aside(by, ticket, hours, status=200):
    return act(by, ticket, "snooze", {"until": moment(hours).isoformat() if hours else None}, status)


def test_a_ticket_put_aside_leaves_the_lists_of_work_and_nothing_else(cast):
    with at(0):
        ticket = opened(cast.customer)
        before = row(ticket)
        assert aside(cast.agent, ticket, 5)["snoozedUntil"] == "2026-03-01T11:00:00Z"
        after, desk = row(ticket), Desk(cast.agent)
        assert (after.status, after.sla_due_at, after.version) == (before.status, before.sla_due_at, before.version)
        assert ticket["ticketNumber"] not in text_of(desk.list(view="todo"))
        assert ticket["ticketNumber"] in text_of(desk.list(view="snoozed"))
        assert "snoozedUntil" not in seen(cast.customer, ticket)
        unchanged = footprint()
        aside(cast.agent, ticket, 5)
        assert footprint() == unchanged


def test_the_monitor_brings_it_back_at_its_time_and_once(cast):
    with at(0):
        ticket = opened(cast.customer)
        aside(cast.agent, ticket, 5)
    with at(4.9):
        monitor.run()
        assert row(ticket).snoozed_until == moment(5)
    with at(5.1):
        monitor.run()
        monitor.run()
        assert row(ticket).snoozed_until is None
        assert actions(ticket).count("TICKET_SNOOZE_ENDED") == 1
        assert ticket["ticketNumber"] in text_of(Desk(cast.agent).list(view="todo"))


@pytest.mark.parametrize("how", ["an answer of the customer", "resolving", "taking it back"])
def test_it_ends_before_its_time_by(cast, how):
    with at(0):
        ticket = opened(cast.customer)
        aside(cast.agent, ticket, 5)
        if how == "resolving":
            moved(cast.agent, ticket, "resolved")
        elif how == "taking it back":
            aside(cast.agent, ticket, None)
        else:
            replied(cast.agent, ticket)
            assert row(ticket).snoozed_until is not None
            replied(cast.customer, ticket)
        assert row(ticket).snoozed_until is None
        assert actions(ticket).count("TICKET_SNOOZE_ENDED") == 1


def test_what_is_past_too_far_or_no_time_is_refused_and_changes_nothing(cast):
    with at(0):
        ticket = opened(cast.customer)
        unchanged = footprint()
        for until in (
            "2026-03-01T05:00:00Z",
            "2028-03-01T05:00:00Z",
            "2026-03-01",
            "soon",
            5,
            [],
            "0001-01-01T00:00:00Z",
        ):
            assert "until" in refusal(tried(cast.agent, ticket, "snooze", {"until": until}), 400, "invalid")["fields"]
        assert footprint() == unchanged
        moved(cast.agent, ticket, "resolved")
        assert tried(cast.agent, ticket, "snooze", {"until": moment(5).isoformat()}).status_code == 409


def test_the_page_puts_aside_by_a_click_and_by_a_time_in_any_digits(cast):
    with at(0):
        ticket = row(opened(cast.customer))
        desk = Desk(cast.agent, "ar")
        page = text_of(desk.open(ticket))
        assert 'value="2026-03-02 09:00"' in page
        assert desk.do(ticket, "snooze", until="2026-03-02 09:00").status_code == 302
        ticket.refresh_from_db()
        assert ticket.snoozed_until == moment(24)
        assert desk.do(ticket, "snooze", until="٢٠٢٦-٠٣-٠٣ ٠٩:٠٠").status_code == 302
        ticket.refresh_from_db()
        assert ticket.snoozed_until == moment(48)
        assert desk.do(ticket, "snooze", until="tomorrow").status_code == 400
        assert desk.do(ticket, "snooze", until="").status_code == 302
        ticket.refresh_from_db()
        assert ticket.snoozed_until is None
