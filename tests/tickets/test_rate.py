"""Rating: by the customer, when the ticket is over, once and for a week to be thought over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api import refusal
from tests.tickets.acts import act, actions, emitted, footprint, given, last_entry, moved, opened, seen, tried
from tickets.models import Rating


@pytest.fixture
def resolved(cast):
    return moved(cast.agent, given(cast.agent, opened(cast.customer), cast.colleague), "resolved")


def test_a_customer_rates_a_resolved_ticket(cast, resolved):
    before = seen(cast.customer, resolved)
    rated = act(cast.customer, resolved, "rate", {"rating": 5, "feedback": " ممتاز "})
    assert rated["rating"].pop("ratedAt") > before["resolvedAt"]
    assert rated["rating"] == {"rating": 5, "feedback": "ممتاز"}
    assert (rated["version"], rated["updatedAt"]) == (before["version"], before["updatedAt"])
    assert seen(cast.agent, resolved)["rating"]["rating"] == 5
    assert actions(resolved)[-1] == "TICKET_RATED"
    assert emitted(f"ticket:{resolved['id']}")[-1] == "ticket:updated"


def test_the_credit_is_whose_the_resolution_is(cast, resolved):
    given(cast.agent, resolved, cast.lead)
    act(cast.customer, resolved, "rate", {"rating": 4})
    assert Rating.objects.get(ticket_id=resolved["id"]).agent == cast.agent


@pytest.mark.parametrize("days", [0, 6.9])
def test_within_a_week_a_new_rating_replaces_and_the_change_is_audited(cast, resolved, days):
    act(cast.customer, resolved, "rate", {"rating": 2, "feedback": "slow"})
    Rating.objects.update(first_rated_at=timezone.now() - timedelta(days=days))
    rated = act(cast.customer, resolved, "rate", {"rating": 5})
    assert (rated["rating"]["rating"], rated["rating"]["feedback"]) == (5, "")
    detail = last_entry(resolved, "TICKET_RATED").detail
    assert detail.old_values == {"rating": 2, "feedback": "slow"}
    assert detail.new_values == {"rating": 5, "feedback": ""}
    assert Rating.objects.count() == 1


def test_after_a_week_it_stands(cast, resolved):
    act(cast.customer, resolved, "rate", {"rating": 2})
    Rating.objects.update(first_rated_at=timezone.now() - timedelta(days=7.1))
    before = footprint()
    refusal(tried(cast.customer, resolved, "rate", {"rating": 5}), 409, "already_rated")
    assert (seen(cast.customer, resolved)["rating"]["rating"], footprint()) == (2, before)


def test_repeating_a_rating_does_nothing(cast, resolved):
    first = act(cast.customer, resolved, "rate", {"rating": 3})
    before = footprint()
    assert act(cast.customer, resolved, "rate", {"rating": 3}) == first
    assert footprint() == before


@pytest.mark.parametrize("status", ["open", "in_progress", "pending", "on_hold"])
def test_what_is_not_over_is_not_rated(cast, status):
    ticket = opened(cast.customer)
    if status != "open":
        moved(cast.agent, ticket, status)
    refusal(tried(cast.customer, ticket, "rate", {"rating": 5}), 409, "invalid_transition")
    moved(cast.agent, ticket, "closed")
    act(cast.customer, ticket, "rate", {"rating": 5})


def test_only_its_customer_rates_it(cast, resolved):
    refusal(tried(cast.stranger, resolved, "rate", {"rating": 1}), 404, "not_found")
    for who in (cast.agent, cast.administrator):
        refusal(tried(who, resolved, "rate", {"rating": 5}), 403, "forbidden")
    assert not Rating.objects.exists()
    act(cast.customer, resolved, "rate", {"rating": 1})


@pytest.mark.parametrize("wrong", [0, 6, -1, 1.5, "5", True, None, [], {}, 2**53, ""])
def test_a_rating_is_a_whole_number_from_one_to_five(cast, resolved, wrong):
    error = refusal(tried(cast.customer, resolved, "rate", {"rating": wrong}), 400, "invalid")
    assert error["fields"].keys() == {"rating"}
    assert not Rating.objects.exists()
