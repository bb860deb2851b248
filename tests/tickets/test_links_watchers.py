"""Links between tickets and watchers: staff's business, of which a customer sees nothing."""

import datetime

import pytest

from core import clock
from tests.api import Api, data, refusal
from tests.storage import upload
from tests.tickets.acts import actions, emitted, footprint, opened, seen, with_rights
from tickets.models import Link, Watcher
from uploads.models import Attachment


def linked(by, ticket, other, kind="related", method="post"):
    body = {"ticketId": other["id"], "kind": kind}
    return getattr(Api(by), method)(f"/tickets/{ticket['id']}/links", body)


def watched(by, ticket, user_id, method="put"):
    return getattr(Api(by), method)(f"/tickets/{ticket['id']}/watchers/{user_id}")


@pytest.fixture
def two(cast):
    return opened(cast.customer), opened(cast.stranger)


def test_two_tickets_are_linked_and_both_say_so(cast, two):
    ticket, other = two
    after = data(linked(cast.agent, ticket, other), 201)
    assert after["links"] == [{"ticketId": other["id"], "ticketNumber": other["ticketNumber"], "kind": "related"}]
    assert [link["ticketId"] for link in seen(cast.agent, other)["links"]] == [ticket["id"]]
    assert actions(ticket)[-1] == actions(other)[-1] == "TICKET_UPDATED"
    for one in two:
        assert emitted(f"ticket-staff:{one['id']}") == ["ticket:updated"]
        assert emitted(f"ticket:{one['id']}") == []
        assert seen(cast.customer if one is ticket else cast.stranger, one) == one
    assert (after["version"], after["updatedAt"]) == (1, ticket["updatedAt"])
    assert after["staffUpdatedAt"] > ticket["updatedAt"]


def test_linking_again_from_either_side_does_nothing(cast, two):
    ticket, other = two
    data(linked(cast.agent, ticket, other), 201)
    before = footprint()
    assert len(data(linked(cast.agent, ticket, other), 201)["links"]) == 1
    assert len(data(linked(cast.agent, other, ticket), 201)["links"]) == 1
    assert footprint() == before
    assert len(data(linked(cast.agent, ticket, other, "follow_up"), 201)["links"]) == 2


def test_a_link_is_undone_from_either_side(cast, two):
    ticket, other = two
    data(linked(cast.agent, ticket, other), 201)
    assert data(linked(cast.agent, other, ticket, method="delete")) is None
    assert seen(cast.agent, ticket)["links"] == []
    before = footprint()
    assert data(linked(cast.agent, ticket, other, method="delete")) is None
    assert footprint() == before


def test_a_key_makes_a_repeated_link_one_answer(cast, two):
    ticket, other = two
    path, body = f"/tickets/{ticket['id']}/links", {"ticketId": other["id"], "kind": "related"}
    first = data(Api(cast.agent).post(path, body, Idempotency_Key="l-1"), 201)
    assert data(Api(cast.agent).post(path, body, Idempotency_Key="l-1"), 201) == first
    refusal(
        Api(cast.agent).post(path, {**body, "kind": "follow_up"}, Idempotency_Key="l-1"), 409, "idempotency_conflict"
    )


def test_what_cannot_be_linked_is_refused(cast, two):
    ticket, other = two
    before = footprint()
    refusal(linked(cast.agent, ticket, ticket), 400, "invalid")
    refusal(linked(cast.agent, ticket, {"id": "999999"}), 404, "not_found")
    assert "kind" in refusal(linked(cast.agent, ticket, other, "blocks"), 400, "invalid")["fields"]
    assert "ticketId" in refusal(linked(cast.agent, ticket, {"id": "x"}), 400, "invalid")["fields"]
    assert footprint() == before
    refusal(linked(cast.customer, ticket, other), 404, "not_found")
    error = refusal(linked(cast.outsider, ticket, other), 403, "forbidden")
    assert error["details"] == {"permission": "support.tickets.update"}
    data(linked(with_rights(cast.outsider, "tickets.view", "tickets.update"), ticket, other), 201)


def test_an_agent_watches_a_ticket_once_and_stops(cast, two):
    ticket, _other = two
    after = data(watched(cast.agent, ticket, cast.colleague.pk))
    assert after["watchers"] == [{"id": str(cast.colleague.pk), "name": "Colleague"}]
    before = footprint()
    assert data(watched(cast.agent, ticket, cast.colleague.pk)) == after
    assert footprint() == before
    assert seen(cast.customer, ticket) == ticket
    assert emitted(f"ticket:{ticket['id']}") == []
    assert data(watched(cast.agent, ticket, cast.colleague.pk, "delete")) is None
    assert seen(cast.agent, ticket)["watchers"] == []
    before = footprint()
    assert data(watched(cast.agent, ticket, cast.colleague.pk, "delete")) is None
    assert footprint() == before


def test_only_staff_watch_and_only_who_may_update_says_so(cast, two):
    ticket, _other = two
    for nobody in (cast.customer.pk, 999999):
        assert "userId" in refusal(watched(cast.agent, ticket, nobody), 400, "invalid")["fields"]
    for malformed in ("x", "-1", "1.5", "9" * 30, "%00", "٣"):
        refusal(watched(cast.agent, ticket, malformed), 404, "not_found")
    refusal(watched(cast.customer, ticket, cast.agent.pk), 404, "not_found")
    refusal(watched(cast.manager, ticket, cast.manager.pk), 403, "forbidden")
    assert seen(cast.agent, ticket)["watchers"] == []
    data(watched(with_rights(cast.outsider, "tickets.view", "tickets.update"), ticket, cast.outsider.pk))


def test_what_happened_then_carries_the_time_of_then(cast, two, storage):
    """The demo and imports act in the past; so do links, watchers and files."""
    ticket, other = two
    mine, agent, lead = opened(cast.customer), Api(cast.agent), Api(cast.lead)
    moment = datetime.datetime(2026, 2, 3, 4, 5, tzinfo=datetime.UTC)
    with clock.at(moment):
        data(agent.post(f"/tickets/{ticket['id']}/links", {"ticketId": other["id"], "kind": "related"}), 201)
        data(agent.put(f"/tickets/{ticket['id']}/watchers/{cast.colleague.pk}"))
        data(lead.post(f"/tickets/{mine['id']}/merge", {"sourceIds": [ticket["id"]]}))
        [file] = upload(agent, "a.txt")
        data(agent.post(f"/tickets/{mine['id']}/messages", {"body": "x", "attachments": [file["id"]]}), 201)
    assert Link.objects.get().created_at == moment
    assert [row.created_at for row in Watcher.objects.all()] == [moment, moment]
    assert [(row.created_at, row.attached_at) for row in Attachment.objects.all()] == [(moment, moment)]
