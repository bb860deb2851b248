"""Closing and reopening, by the customer and by staff."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from tests.api import Api, refusal
from tests.tickets.acts import (
    act,
    actions,
    emitted,
    footprint,
    given,
    moved,
    opened,
    replied,
    row,
    seen,
    told,
    tried,
    with_rights,
)
from tickets.models import Ticket


def resolved_days_ago(ticket, days):
    Ticket.objects.filter(pk=ticket["id"]).update(resolved_at=timezone.now() - timedelta(days=days))


@pytest.mark.parametrize("status", ["open", "in_progress", "pending", "on_hold", "resolved"])
def test_a_customer_closes_his_own_ticket(cast, status):
    ticket = opened(cast.customer)
    if status != "open":
        moved(cast.agent, ticket, status)
    before = told(ticket)
    closed = act(cast.customer, ticket, "close")
    assert (closed["status"], bool(closed["closedAt"])) == ("closed", True)
    assert actions(ticket)[-1] == "TICKET_STATUS_CHANGED"
    assert told(ticket) == before


def test_a_customers_own_closing_credits_nobody(cast):
    ticket = given(cast.agent, opened(cast.customer), cast.agent)
    assert act(cast.customer, ticket, "close")["resolvedAt"] is None
    assert row(ticket).resolved_by is None


def test_closing_twice_does_nothing(cast):
    ticket = opened(cast.customer)
    first = act(cast.customer, ticket, "close", {})
    before = footprint()
    assert act(cast.customer, ticket, "close") == first
    act(cast.agent, ticket, "close")
    assert footprint() == before


def test_closing_and_reopening_need_ownership_or_the_right(cast):
    ticket = opened(cast.customer)
    agent = with_rights(cast.agent, "tickets.view_all", "tickets.update")
    for what in ("close", "reopen"):
        refusal(tried(cast.stranger, ticket, what), 404, "not_found")
        error = refusal(tried(agent, ticket, what), 403, "forbidden")
        assert error["details"] == {"permission": "support.tickets.close"}
        act(with_rights(cast.colleague, "tickets.view_all", "tickets.close"), ticket, what)


def test_a_customer_reopens_within_the_window(cast):
    ticket = moved(cast.agent, opened(cast.customer), "resolved")
    resolved_days_ago(ticket, 6.9)
    again = act(cast.customer, ticket, "reopen")
    assert (again["status"], again["resolvedAt"]) == ("open", None)
    assert emitted(f"ticket:{ticket['id']}") == ["ticket:updated", "ticket:updated"]
    assert actions(ticket)[-1] == "TICKET_STATUS_CHANGED"


@pytest.mark.parametrize("late", ["reopen_window_passed", "invalid_transition"])
def test_too_late_for_the_customer_is_not_too_late_for_staff(cast, late):
    ticket = moved(cast.agent, opened(cast.customer), "resolved")
    resolved_days_ago(ticket, 7.1)
    if late == "invalid_transition":
        moved(cast.agent, ticket, "closed")
    before = seen(cast.customer, ticket)
    refusal(tried(cast.customer, ticket, "reopen"), 409, late)
    assert seen(cast.customer, ticket) == before
    assert act(cast.agent, ticket, "reopen")["status"] == "open"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "This ticket is closed. Write an answer"), ("ar", "هذه التذكرة مغلقة")]
)
def test_who_reopens_what_was_closed_just_now_is_told_what_to_do_instead(cast, language, said):
    ticket = opened(cast.customer)
    act(cast.customer, ticket, "close")
    answer = Api(cast.customer).post(f"/tickets/{ticket['id']}/reopen", {}, Accept_Language=language)
    error = refusal(answer, 409, "invalid_transition")
    assert said in error["message"]
    assert error["details"] == {"from": "closed", "to": "open", "allowed": []}
    following = Api(cast.customer).post(f"/tickets/{ticket['id']}/messages", {"body": "Still broken"})
    assert following.json()["meta"]["openedTicket"]["id"] != ticket["id"]


def test_reopening_what_is_open_does_nothing(cast):
    ticket = opened(cast.customer)
    before = footprint()
    assert act(cast.customer, ticket, "reopen") == ticket
    assert footprint() == before


def test_a_reply_reopens_a_resolved_ticket(cast):
    ticket = moved(cast.agent, opened(cast.customer), "resolved")
    replied(cast.customer, ticket)
    now = seen(cast.customer, ticket)
    assert (now["status"], now["resolvedAt"], now["version"]) == ("open", None, 3)
    assert row(ticket).reopen_count == 1


@pytest.mark.parametrize("by", ["reply", "reopen"])
@pytest.mark.parametrize(("availability", "active", "stays"), [
    ("available", True, True), ("away", True, False), ("offline", True, False), ("available", False, False),
])  # fmt: skip
def test_the_assignee_stays_only_if_available(cast, by, availability, active, stays):
    ticket = moved(cast.agent, given(cast.agent, opened(cast.customer), cast.colleague), "resolved")
    User.objects.filter(pk=cast.colleague.pk).update(availability=availability, is_active=active)
    if by == "reply":
        replied(cast.customer, ticket)
    else:
        act(cast.customer, ticket, "reopen")
    now = seen(cast.agent, ticket)
    assert (now["status"], now["assignee"]) == (
        "open",
        {"id": str(cast.colleague.pk), "name": "Colleague"} if stays else None,
    )
    assert ("ticket:assigned" in emitted(f"user:{cast.colleague.pk}")[1:]) is not stays


def test_a_merged_source_is_never_reopened(cast):
    target, source = opened(cast.customer), opened(cast.customer)
    act(cast.lead, target, "merge", {"sourceIds": [source["id"]]})
    before = footprint()
    for who in (cast.customer, cast.administrator):
        error = refusal(tried(who, source, "reopen"), 409, "merged")
        assert error["details"]["mergedInto"] == {"id": target["id"], "ticketNumber": target["ticketNumber"]}
    refusal(tried(cast.administrator, source, "status", {"status": "open"}), 409, "merged")
    assert footprint() == before
    assert act(cast.customer, source, "close")["status"] == "closed"
