"""Assignment: to an agent, to a team, to nobody; it moves no status."""

import itertools

from tests.api import refusal
from tests.tickets.acts import (
    act,
    actions,
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
from tickets.models import Change


def test_a_ticket_is_given_to_an_agent_and_keeps_its_status(cast):
    ticket = opened(cast.customer)
    given_to = given(cast.agent, ticket, cast.colleague)
    assert given_to["assignee"] == {"id": str(cast.colleague.pk), "name": "Colleague"}
    assert (given_to["status"], given_to["version"]) == ("open", 2)
    assert seen(cast.customer, ticket)["assignee"] == {"name": "Colleague"}
    assert actions(ticket)[-1] == "TICKET_ASSIGNED"
    assert last_entry(ticket, "TICKET_ASSIGNED").detail.new_values == {"agentId": str(cast.colleague.pk)}
    assert told(ticket) == ["ticket-created", "ticket-assigned"]
    for room in (f"ticket:{ticket['id']}", f"ticket-staff:{ticket['id']}", f"user:{cast.colleague.pk}"):
        assert emitted(room) == ["ticket:assigned"], room


def test_the_agent_who_loses_it_hears_too(cast):
    ticket = given(cast.agent, opened(cast.customer), cast.colleague)
    given(cast.agent, ticket, cast.lead)
    assert emitted(f"user:{cast.colleague.pk}") == ["ticket:assigned"] * 2
    assert emitted(f"user:{cast.lead.pk}") == ["ticket:assigned"]
    assert given(cast.agent, ticket, None)["assignee"] is None
    assert told(ticket) == ["ticket-created", "ticket-assigned", "ticket-assigned"]
    fields = Change.objects.filter(ticket_id=ticket["id"], field="assignee").order_by("id").values_list("old", "new")
    names = ["", str(cast.colleague.pk), str(cast.lead.pk), ""]
    assert list(fields) == list(itertools.pairwise(names))


def test_repeating_an_assignment_does_nothing(cast):
    ticket = given(cast.agent, opened(cast.customer), cast.colleague)
    before = footprint()
    assert given(cast.agent, ticket, cast.colleague) == ticket
    assert footprint() == before


def test_assigning_needs_the_right(cast):
    ticket = opened(cast.customer)
    body = {"agentId": str(cast.agent.pk)}
    for who in (cast.manager, cast.outsider, cast.customer):
        error = refusal(tried(who, ticket, "assign", body), 403, "forbidden")
        assert error["details"] == {"permission": "support.tickets.assign"}
    refusal(tried(cast.stranger, ticket, "assign", body), 404, "not_found")
    assert seen(cast.agent, ticket)["assignee"] is None
    given(with_rights(cast.outsider, "tickets.view", "tickets.assign"), ticket, cast.agent)


def test_only_an_active_agent_who_may_reply_is_given_one(cast):
    ticket = opened(cast.customer)
    type(cast.colleague).objects.filter(pk=cast.colleague.pk).update(is_active=False)
    for wrong in (cast.customer, cast.manager, cast.colleague):
        error = refusal(tried(cast.agent, ticket, "assign", {"agentId": str(wrong.pk)}), 400, "invalid")
        assert error["fields"].keys() == {"agentId"}
    for wrong in ("999999", "x", "", True, [], {}, -1, 1.5, 2**63):
        assert "agentId" in refusal(tried(cast.agent, ticket, "assign", {"agentId": wrong}), 400, "invalid")["fields"]
    assert "agentId" in refusal(tried(cast.agent, ticket, "assign", {}), 400, "invalid")["fields"]
    given(cast.agent, ticket, cast.outsider)


def test_a_team_alone_is_no_business_of_the_customer(cast):
    ticket = opened(cast.customer)
    before = seen(cast.customer, ticket)
    after = act(cast.agent, ticket, "assign", {"agentId": None, "teamId": str(cast.team.pk)})
    assert after["team"]["nameEn"] == cast.team.name_en
    assert after["version"] == 1
    assert seen(cast.customer, ticket) == before
    assert emitted(f"ticket:{ticket['id']}") == []
    assert emitted(f"ticket-staff:{ticket['id']}") == ["ticket:updated"]
    assert given(cast.agent, ticket, cast.agent)["team"] == after["team"]
    assert act(cast.agent, ticket, "assign", {"agentId": None, "teamId": None})["team"] is None


def test_who_gives_a_ticket_away_from_his_own_sight_is_answered_all_the_same(cast):
    ticket = opened(cast.customer)
    agent = with_rights(cast.outsider, "tickets.view", "tickets.assign")
    body = {"agentId": str(cast.agent.pk), "teamId": str(cast.team.pk)}
    assert act(agent, ticket, "assign", body)["team"]["id"] == str(cast.team.pk)
    refusal(tried(agent, ticket, "assign", body), 404, "not_found")


def test_an_old_version_is_stale(cast):
    ticket = opened(cast.customer)
    moved(cast.colleague, ticket, "pending")
    body = {"agentId": str(cast.agent.pk), "version": 1}
    error = refusal(tried(cast.agent, ticket, "assign", body), 409, "stale")
    assert error["details"]["ticket"]["version"] == 2
    assert seen(cast.agent, ticket)["assignee"] is None
    act(cast.agent, ticket, "assign", {**body, "version": 2})


def test_a_merged_source_is_given_to_nobody(cast):
    target, source = opened(cast.customer), opened(cast.customer)
    act(cast.lead, target, "merge", {"sourceIds": [source["id"]]})
    refusal(tried(cast.agent, source, "assign", {"agentId": str(cast.agent.pk)}), 409, "merged")
    given(cast.agent, target, cast.agent)
