"""The state table, whole: every step from every state, by whom, and what each step leaves behind."""

import pytest

from tests.api import refusal
from tests.tickets.acts import (
    act,
    actions,
    bodies,
    emitted,
    footprint,
    given,
    last_entry,
    moved,
    opened,
    row,
    seen,
    told,
    tried,
    with_rights,
)
from tickets.models import Change
from tickets.states import Status

WORKING = ["open", "in_progress", "pending", "on_hold"]
STEPS = {
    **{status: {other for other in Status.values if other != status} for status in WORKING},
    "resolved": {"open", "closed"},
    "closed": {"open"},
}


def standing(cast, status):
    ticket = opened(cast.customer)
    return ticket if status == "open" else moved(cast.agent, ticket, status)


@pytest.mark.parametrize("origin", Status.values)
def test_every_step_is_taken_or_refused_as_the_table_says(cast, origin):
    for target in Status.values:
        ticket = standing(cast, origin)
        before, version = footprint(), seen(cast.agent, ticket)["version"]
        if target == origin:
            assert act(cast.agent, ticket, "status", {"status": target})["version"] == version
            assert footprint() == before
        elif target in STEPS[origin]:
            after = act(cast.agent, ticket, "status", {"status": target})
            assert (after["status"], after["version"]) == (target, version + 1)
        else:
            error = refusal(tried(cast.agent, ticket, "status", {"status": target}), 409, "invalid_transition")
            assert error["details"]["from"] == origin
            assert error["details"]["to"] == target
            assert set(error["details"]["allowed"]) == STEPS[origin]
            assert footprint() == before
            assert seen(cast.agent, ticket)["status"] == origin


def test_a_step_is_audited_told_and_emitted(cast):
    ticket = opened(cast.customer)
    moved(cast.agent, ticket, "pending")
    assert actions(ticket) == ["TICKET_CREATED", "TICKET_STATUS_CHANGED"]
    detail = last_entry(ticket, "TICKET_STATUS_CHANGED").detail
    assert (detail.old_values, detail.new_values) == ({"status": "open"}, {"status": "pending"})
    assert told(ticket) == ["ticket-created", "ticket-status-changed"]
    assert emitted(f"ticket:{ticket['id']}") == ["ticket:updated"]
    assert emitted(f"ticket-staff:{ticket['id']}") == ["ticket:updated"]
    assert emitted("queue:tickets") == ["ticket:created", "ticket:updated"]
    change = Change.objects.get(ticket_id=ticket["id"], field="status", old="open")
    assert (change.new, change.by_id) == ("pending", cast.agent.pk)


def test_resolving_tells_the_customer_once_with_a_request_to_rate(cast):
    ticket = moved(cast.agent, opened(cast.customer), "resolved")
    assert told(ticket) == ["ticket-created", "ticket-resolved"]
    moved(cast.agent, ticket, "open", "resolved")
    assert told(ticket)[2:] == ["ticket-status-changed", "ticket-resolved"]


def test_resolving_needs_the_right_to_close_and_so_does_reopening(cast):
    agent = with_rights(cast.agent, "tickets.view_all", "tickets.update")
    ticket = opened(cast.customer)
    for status in ("resolved", "closed"):
        error = refusal(tried(agent, ticket, "status", {"status": status}), 403, "forbidden")
        assert error["details"] == {"permission": "support.tickets.close"}
    moved(agent, ticket, "pending")
    moved(cast.colleague, ticket, "closed")
    refusal(tried(agent, ticket, "status", {"status": "open"}), 403, "forbidden")
    agent = with_rights(cast.agent, "tickets.view_all", "tickets.update", "tickets.close")
    assert moved(agent, ticket, "open", "resolved")["status"] == "resolved"


def test_changing_a_status_needs_the_right(cast):
    ticket = opened(cast.customer)
    for who in (cast.manager, cast.outsider, cast.customer):
        error = refusal(tried(who, ticket, "status", {"status": "pending"}), 403, "forbidden")
        assert error["details"] == {"permission": "support.tickets.update"}
    refusal(tried(cast.stranger, ticket, "status", {"status": "pending"}), 404, "not_found")
    assert seen(cast.agent, ticket)["status"] == "open"


def test_an_old_version_is_stale_and_gets_the_present_ticket(cast):
    ticket = opened(cast.customer)
    moved(cast.colleague, ticket, "on_hold")
    before = footprint()
    body = {"status": "pending", "version": ticket["version"]}
    error = refusal(tried(cast.agent, ticket, "status", body), 409, "stale")
    present = seen(cast.agent, ticket)
    assert {**error["details"]["ticket"], "realtime": 0} == {**present, "realtime": 0}
    assert footprint() == before
    act(cast.agent, ticket, "status", {**body, "version": present["version"]})


def test_a_note_may_explain_a_step(cast):
    ticket = opened(cast.customer)
    after = act(cast.agent, ticket, "status", {"status": "on_hold", "note": "Waiting for the carrier"})
    assert after["messageCount"] == 2
    assert bodies(cast.agent, ticket)[-1] == "Waiting for the carrier"
    assert bodies(cast.customer, ticket) == [ticket["description"]]
    assert emitted(f"ticket:{ticket['id']}") == ["ticket:updated"]
    assert emitted(f"ticket-staff:{ticket['id']}") == ["ticket:updated", "ticket:message", "ticket:updated"]


def test_a_note_is_kept_although_the_status_is_the_same(cast):
    ticket = opened(cast.customer)
    act(cast.agent, ticket, "status", {"status": "open", "note": "Still looking"})
    assert bodies(cast.agent, ticket)[-1] == "Still looking"
    assert seen(cast.agent, ticket)["version"] == 1


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_a_resolution_remembers_when_by_whom_and_who_held_it(cast, status):
    ticket = given(cast.agent, opened(cast.customer), cast.colleague)
    done = moved(cast.agent, ticket, status)
    assert done["resolvedAt"]
    assert bool(done["closedAt"]) is (status == "closed")
    assert (row(ticket).resolved_by, row(ticket).resolved_assignee) == (cast.agent, cast.colleague)
    first = done["resolvedAt"]
    if status == "resolved":
        assert moved(cast.lead, ticket, "closed")["resolvedAt"] == first
        assert row(ticket).resolved_by == cast.agent


def test_reopening_forgets_the_resolution(cast):
    ticket = moved(cast.agent, opened(cast.customer), "resolved", "closed", "open")
    assert ticket["resolvedAt"] is ticket["closedAt"] is None
    assert row(ticket).resolved_by is None
    assert row(ticket).reopen_count == 1


def test_a_paused_clock_is_that_of_pending_and_on_hold(cast):
    ticket = opened(cast.customer)
    for status, paused in [("pending", True), ("in_progress", False), ("on_hold", True), ("open", False)]:
        assert moved(cast.agent, ticket, status)["sla"]["paused"] is paused


def test_an_unknown_status_is_named(cast):
    ticket = opened(cast.customer)
    for wrong in ("done", "", None, 1, True, [], {}, "OPEN"):
        assert "status" in refusal(tried(cast.agent, ticket, "status", {"status": wrong}), 400, "invalid")["fields"]
    assert "status" in refusal(tried(cast.agent, ticket, "status", {}), 400, "invalid")["fields"]
