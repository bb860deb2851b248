"""Escalation: level and priority up a step, the reason as an internal entry, the leads told."""

import pytest

from notifications.kinds import kinds
from notifications.models import Item
from tests.api import Api, data, refusal
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
    seen,
    told,
    tried,
    with_rights,
)


@pytest.mark.parametrize(
    ("before", "after"), [("low", "normal"), ("normal", "high"), ("high", "urgent"), ("urgent", "urgent")]
)
def test_level_and_priority_go_up_by_one_step(cast, before, after):
    ticket = opened(cast.customer, priority=before)
    raised = act(cast.agent, ticket, "escalate", {"reason": "VIP, second call"})
    assert (raised["priority"], raised["escalationLevel"], raised["status"]) == (after, 1, "open")
    assert raised["escalatedAt"] <= raised["staffUpdatedAt"]
    assert raised["version"] == (1 if before == after else 2)
    assert act(cast.agent, ticket, "escalate", {"reason": "again"})["escalationLevel"] == 2


def test_sent_again_after_a_cut_connection_it_goes_up_once(cast):
    ticket = opened(cast.customer)
    sent = (f"/tickets/{ticket['id']}/escalate", {"reason": "VIP"})
    first = data(Api(cast.agent).post(*sent, Idempotency_Key="one"))
    assert data(Api(cast.agent).post(*sent, Idempotency_Key="one"))["escalationLevel"] == first["escalationLevel"] == 1
    assert actions(ticket).count("TICKET_ESCALATED") == 1
    error = Api(cast.agent).post(sent[0], {"reason": "other"}, Idempotency_Key="one")
    refusal(error, 409, "idempotency_conflict")


def test_the_reason_is_an_internal_entry(cast):
    ticket = opened(cast.customer)
    act(cast.agent, ticket, "escalate", {"reason": "SECRET-REASON"})
    assert bodies(cast.agent, ticket)[-1] == "SECRET-REASON"
    assert bodies(cast.customer, ticket) == [ticket["description"]]
    assert last_entry(ticket, "TICKET_ESCALATED").detail.metadata == {"reason": "SECRET-REASON"}
    assert actions(ticket) == ["TICKET_CREATED", "TICKET_ESCALATED", "TICKET_MESSAGE_ADDED"]
    assert seen(cast.agent, ticket)["firstResponseAt"] is None


def test_it_goes_to_the_agent_named_and_else_stays(cast):
    ticket = given(cast.agent, opened(cast.customer), cast.agent)
    assert act(cast.agent, ticket, "escalate", {"reason": "x"})["assignee"]["id"] == str(cast.agent.pk)
    raised = act(cast.agent, ticket, "escalate", {"reason": "x", "agentId": str(cast.colleague.pk)})
    assert raised["assignee"]["id"] == str(cast.colleague.pk)
    assert emitted(f"user:{cast.colleague.pk}") == ["ticket:assigned"]


def test_the_leads_and_the_new_assignee_are_told(cast):
    ticket = opened(cast.customer)
    act(cast.agent, ticket, "escalate", {"reason": "x", "agentId": str(cast.colleague.pk)})
    assert told(ticket) == ["ticket-created", "ticket-escalated"]
    item = Item.objects.get(kind="ticket-escalated")
    assert set(kinds()["ticket-escalated"].recipients(item)) == {cast.lead, cast.colleague}


def test_an_urgent_ticket_escalated_again_is_news_for_staff_alone(cast):
    ticket = opened(cast.customer, priority="urgent")
    before = seen(cast.customer, ticket)
    act(cast.agent, ticket, "escalate", {"reason": "x"})
    assert seen(cast.customer, ticket) == before
    assert emitted(f"ticket:{ticket['id']}") == []
    assert emitted(f"ticket-staff:{ticket['id']}")[-1] == "ticket:updated"


def test_escalating_needs_the_right_a_reason_and_a_ticket_in_work(cast):
    ticket = opened(cast.customer)
    before = footprint()
    refusal(tried(cast.stranger, ticket, "escalate", {"reason": "x"}), 404, "not_found")
    for wrong in ({}, {"reason": ""}, {"reason": "  "}, {"reason": 5}, {"reason": "x" * 2001}):
        assert "reason" in refusal(tried(cast.agent, ticket, "escalate", wrong), 400, "invalid")["fields"]
    body = {"reason": "x", "agentId": str(cast.customer.pk)}
    assert "agentId" in refusal(tried(cast.agent, ticket, "escalate", body), 400, "invalid")["fields"]
    assert footprint() == before
    error = refusal(tried(cast.customer, ticket, "escalate", {"reason": "x"}), 403, "forbidden")
    assert error["details"] == {"permission": "support.tickets.escalate"}
    act(with_rights(cast.outsider, "tickets.view", "tickets.escalate"), ticket, "escalate", {"reason": "x"})
    moved(cast.agent, ticket, "resolved")
    refusal(tried(cast.agent, ticket, "escalate", {"reason": "x"}), 409, "invalid_transition")
