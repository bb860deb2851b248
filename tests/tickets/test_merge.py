"""Merging and undoing it: what moves, what stays, what both tickets remember, and what is refused."""

import pytest

from tests.api import Api, data, refusal
from tests.storage import upload
from tests.tickets.acts import (
    act,
    actions,
    bodies,
    emitted,
    footprint,
    last_entry,
    moved,
    noted,
    opened,
    replied,
    row,
    seen,
    thread,
    tried,
    with_rights,
)
from tests.uploads.door import content_of, fetch
from tickets.models import Message, Ticket


def merged(lead, target, *sources):
    return act(lead, target, "merge", {"sourceIds": [source["id"] for source in sources]})


def unmerged(lead, target, source):
    return act(lead, target, "unmerge", {"sourceId": source["id"]})


def state(ticket):
    """Everything of a ticket that undoing a merge must bring back, by the row."""
    columns = Ticket.objects.filter(pk=ticket["id"]).values().get()
    for column in ("version", "updated_at", "staff_updated_at", "last_activity_at", "check_at"):
        columns.pop(column)
    return columns, list(Message.objects.filter(ticket_id=ticket["id"]).order_by("pk").values())


@pytest.fixture
def pair(cast):
    """A target and a source with something in it."""
    target, source = opened(cast.customer, subject="Target"), opened(cast.customer, subject="Source")
    replied(cast.customer, source, "source reply")
    noted(cast.agent, source, "source note")
    return target, source


def test_the_source_closes_and_its_messages_move_with_author_and_time(cast, pair):
    target, source = pair
    before = thread(cast.agent, source)
    after = merged(cast.lead, target, source)
    assert thread(cast.agent, target)[1:] == [{**message, "ticketId": target["id"]} for message in before]
    assert thread(cast.agent, source) == []
    closed = seen(cast.agent, source)
    assert (closed["status"], closed["messageCount"], closed["version"]) == ("closed", 0, 2)
    assert closed["mergedInto"] == {"id": target["id"], "ticketNumber": target["ticketNumber"]}
    assert (after["messageCount"], after["version"], after["status"]) == (4, 2, "open")
    assert after["lastMessageAt"] == before[1]["createdAt"]
    mine = seen(cast.customer, target)
    assert (mine["messageCount"], mine["lastMessageAt"]) == (3, before[1]["createdAt"])
    assert bodies(cast.customer, target)[1:] == [source["description"], "source reply"]


def test_both_histories_say_so_and_both_rooms_hear(cast, pair):
    target, source = pair
    merged(cast.lead, target, source)
    assert actions(source)[-1] == actions(target)[-1] == "TICKET_MERGED"
    names = last_entry(target, "TICKET_MERGED").detail.metadata
    assert (names["source"], names["target"]) == (source["ticketNumber"], target["ticketNumber"])
    assert emitted(f"ticket:{source['id']}")[-1] == "ticket:updated"
    assert emitted(f"ticket:{target['id']}") == ["ticket:message"] * 2 + ["ticket:updated"]
    assert emitted(f"ticket-staff:{target['id']}") == ["ticket:message"] * 3 + ["ticket:updated"]
    unmerged(cast.lead, target, source)
    assert actions(source)[-1] == actions(target)[-1] == "TICKET_UNMERGED"


def test_watchers_move_too_and_files_stay_with_their_messages(cast, storage):
    target = opened(cast.customer)
    [file] = upload(Api(cast.customer), "photo.txt")
    source = opened(cast.customer, attachments=[file["id"]])
    data(Api(cast.agent).put(f"/tickets/{source['id']}/watchers/{cast.colleague.pk}"))
    after = merged(cast.lead, target, source)
    assert [watcher["id"] for watcher in after["watchers"]] == [str(cast.colleague.pk)]
    assert [one["filename"] for one in thread(cast.customer, target)[1]["attachments"]] == ["photo.txt"]
    assert after["attachments"] == []
    assert (row(target).attachment_count, row(source).attachment_count) == (1, 0)
    url = thread(cast.customer, target)[1]["attachments"][0]["url"]
    assert content_of(fetch(url)) == b"in photo.txt"
    unmerged(cast.lead, target, source)
    assert seen(cast.agent, target)["watchers"] == []
    assert (row(target).attachment_count, row(source).attachment_count) == (0, 1)


@pytest.mark.parametrize("status", ["open", "pending", "resolved", "closed"])
def test_undoing_brings_everything_back(cast, pair, status):
    target, source = pair
    if status != "open":
        moved(cast.agent, source, status)
    before = state(target), state(source)
    merged(cast.lead, target, source)
    answered = unmerged(cast.lead, target, source)
    assert (answered["id"], answered["status"]) == (source["id"], status)
    assert (state(target), state(source)) == before
    again = merged(cast.lead, target, source)
    assert again["messageCount"] == 4


def test_replies_to_the_source_go_to_the_target_and_come_back_when_it_is_undone(cast, pair):
    target, source = pair
    merged(cast.lead, target, source)
    mine = replied(cast.customer, source, "to the source", clientMessageId="c-1")
    assert mine["ticketId"] == target["id"]
    again = act(cast.customer, source, "messages", {"body": "to the source", "clientMessageId": "c-1"}, 200)
    assert again == mine
    replied(cast.agent, source, "answer through the source")
    noted(cast.agent, source, "note through the source")
    replied(cast.customer, target, "to the target")
    assert bodies(cast.agent, target)[4:] == [
        "to the source", "answer through the source", "note through the source", "to the target",
    ]  # fmt: skip
    assert row(target).first_response_at
    unmerged(cast.lead, target, source)
    assert bodies(cast.agent, target) == [target["description"], "to the target"]
    assert bodies(cast.agent, source)[3:] == ["to the source", "answer through the source", "note through the source"]
    assert seen(cast.customer, source)["messageCount"] == 4


def test_several_sources_are_merged_at_once_and_undone_one_by_one(cast, pair):
    target, first = pair
    second = opened(cast.customer, subject="Second")
    after = act(cast.lead, target, "merge", {"sourceIds": [second["id"], first["id"], first["id"]]})
    assert after["messageCount"] == 5
    unmerged(cast.lead, target, first)
    assert bodies(cast.agent, target) == [target["description"], second["description"]]
    unmerged(cast.lead, target, second)
    assert bodies(cast.agent, second) == [second["description"]]


def test_a_chain_of_merges_is_undone_from_its_end(cast):
    last, middle, first = (opened(cast.customer, subject=name) for name in ("last", "middle", "first"))
    merged(cast.lead, middle, first)
    merged(cast.lead, last, middle)
    replied(cast.customer, first, "to the first")
    assert bodies(cast.customer, last)[-1] == "to the first"
    before = footprint()
    refusal(tried(cast.lead, middle, "unmerge", {"sourceId": first["id"]}), 409, "merged")
    assert footprint() == before
    unmerged(cast.lead, last, middle)
    assert bodies(cast.customer, last) == [last["description"]]
    unmerged(cast.lead, middle, first)
    assert bodies(cast.customer, middle) == [middle["description"]]
    assert bodies(cast.customer, first) == [first["description"], "to the first"]


def test_merging_needs_the_right(cast, pair):
    target, source = pair
    body = {"sourceIds": [source["id"]]}
    for who in (cast.agent, cast.manager, cast.customer):
        error = refusal(tried(who, target, "merge", body), 403, "forbidden")
        assert error["details"] == {"permission": "support.tickets.merge"}
        refusal(tried(who, target, "unmerge", {"sourceId": source["id"]}), 403, "forbidden")
    refusal(tried(cast.stranger, target, "merge", body), 404, "not_found")
    assert seen(cast.agent, source)["mergedInto"] is None
    merged(with_rights(cast.outsider, "tickets.view_all", "tickets.merge"), target, source)


def test_no_merge_across_customers_none_into_a_merged_ticket_no_cycles(cast, pair):
    target, source = pair
    foreign = opened(cast.stranger)
    third = opened(cast.customer)
    before = footprint()
    for wrong in (
        [foreign["id"]],
        [source["id"], foreign["id"]],
        [target["id"]],
        [source["id"], target["id"]],
        [],
        ["x"],
        [None],
    ):
        error = refusal(tried(cast.lead, target, "merge", {"sourceIds": wrong}), 400, "invalid")
        assert str(error["fields"].keys()).count("sourceIds"), wrong
    refusal(tried(cast.lead, target, "merge", {"sourceIds": ["999999"]}), 404, "not_found")
    refusal(tried(cast.lead, target, "unmerge", {"sourceId": source["id"]}), 400, "invalid")
    refusal(tried(cast.lead, target, "unmerge", {"sourceId": target["id"]}), 400, "invalid")
    assert footprint() == before
    merged(cast.lead, target, source)
    before = footprint()
    refusal(tried(cast.lead, source, "merge", {"sourceIds": [target["id"]]}), 409, "merged")
    refusal(tried(cast.lead, source, "merge", {"sourceIds": [third["id"]]}), 409, "merged")
    refusal(tried(cast.lead, third, "merge", {"sourceIds": [source["id"]]}), 409, "merged")
    refusal(tried(cast.lead, third, "unmerge", {"sourceId": source["id"]}), 400, "invalid")
    refusal(tried(cast.lead, target, "merge", {"sourceIds": [source["id"]]}), 409, "merged")
    assert footprint() == before


def test_a_merged_source_is_changed_no_more(cast, pair):
    target, source = pair
    merged(cast.lead, target, source)
    before = footprint()
    refusal(Api(cast.lead).patch(f"/tickets/{source['id']}", {"subject": "x"}), 409, "merged")
    refusal(tried(cast.lead, source, "escalate", {"reason": "x"}), 409, "merged")
    refusal(tried(cast.customer, source, "rate", {"rating": 5}), 409, "merged")
    assert footprint() == before


@pytest.mark.parametrize("spell", [lambda ticket: f"000{ticket['id']}", lambda ticket: ticket["ticketNumber"].lower()])
def test_a_target_may_be_spelled_any_way_a_path_takes(cast, pair, spell):
    target, source = pair
    path = f"/tickets/{spell(target)}"
    assert data(Api(cast.lead).post(f"{path}/merge", {"sourceIds": [source["id"]]}))["id"] == target["id"]
    assert data(Api(cast.lead).post(f"{path}/unmerge", {"sourceId": source["id"]}))["id"] == source["id"]
    link = {"ticketId": source["id"], "kind": "related"}
    assert data(Api(cast.lead).post(f"{path}/links", link), 201)["id"] == target["id"]


@pytest.mark.parametrize("over", ["resolved", "closed"])
def test_an_unanswered_customer_reopens_the_target_and_undoing_closes_it_again(cast, pair, over):
    target, source = pair
    moved(cast.agent, target, over)
    before = state(target), state(source)
    after = merged(cast.lead, target, source)
    assert (after["status"], after["resolvedAt"], after["closedAt"]) == ("open", None, None)
    assert not after["sla"]["paused"]
    assert target["id"] in [row["id"] for row in data(Api(cast.agent).get("/tickets?status=open"))]
    assert "TICKET_STATUS_CHANGED" in actions(target)[-2:]
    unmerged(cast.lead, target, source)
    assert (state(target), state(source)) == before


def test_an_answered_customer_leaves_the_target_as_it_is(cast, pair):
    target, source = pair
    moved(cast.agent, target, "closed")
    replied(cast.agent, source, "answered")
    assert merged(cast.lead, target, source)["status"] == "closed"
    other = opened(cast.customer)
    moved(cast.agent, other, "resolved")
    assert merged(cast.lead, target, other)["status"] == "closed"


def test_a_reopened_target_stays_open_when_somebody_would_be_forgotten(cast, pair):
    target, source = pair
    second = opened(cast.customer, subject="Second")
    moved(cast.agent, target, "closed")
    merged(cast.lead, target, source, second)
    unmerged(cast.lead, target, source)
    assert seen(cast.agent, target)["status"] == "open"
    replied(cast.customer, target, "written since")
    unmerged(cast.lead, target, second)
    assert seen(cast.agent, target)["status"] == "open"


def test_to_its_customer_a_merged_ticket_names_the_target_and_shows_its_thread(cast, pair):
    target, source = pair
    merged(cast.lead, target, source)
    end = opened(cast.customer, subject="End")
    for ref in (source["id"], source["ticketNumber"]):
        form = data(Api(cast.customer).get(f"/tickets/{ref}"))
        assert form["mergedInto"] == {"id": target["id"], "ticketNumber": target["ticketNumber"]}
    sent = replied(cast.customer, source, "to the source")
    replied(cast.agent, target, "to the target")
    for address in (source["id"], source["ticketNumber"]):
        rows = data(Api(cast.customer).get(f"/tickets/{address}/messages"))
        assert [row["id"] for row in rows] == [row["id"] for row in thread(cast.customer, target)]
        assert sent["id"] in [row["id"] for row in rows]
        assert not any("source note" in row["body"] for row in rows)
    merged(cast.lead, end, target)
    assert bodies(cast.customer, source) == bodies(cast.customer, end)
    assert seen(cast.customer, target)["mergedInto"]["id"] == end["id"]
    refusal(Api(cast.stranger).get(f"/tickets/{source['id']}/messages"), 404, "not_found")
    unmerged(cast.lead, end, target)
    unmerged(cast.lead, target, source)
    assert seen(cast.customer, source)["mergedInto"] is None
    assert "to the source" in bodies(cast.customer, source)


def linked(by, one, other, kind="related"):
    act(by, one, "links", {"ticketId": other["id"], "kind": kind}, 201)


def links(cast, ticket):
    return sorted((row["ticketNumber"], row["kind"]) for row in seen(cast.agent, ticket)["links"])


def test_links_move_to_the_target_and_back(cast, pair):
    target, source = pair
    one, two, three = (opened(cast.customer, subject=name) for name in ("One", "Two", "Three"))
    linked(cast.agent, source, one)
    linked(cast.agent, two, source, "follow_up")
    linked(cast.agent, source, three)
    linked(cast.agent, three, target)
    linked(cast.agent, target, source)
    before = [links(cast, ticket) for ticket in (target, source, one, two, three)]
    merged(cast.lead, target, source)
    numbers = [ticket["ticketNumber"] for ticket in (one, two, three)]
    assert links(cast, target) == sorted(zip(numbers, ("related", "follow_up", "related"), strict=True))
    assert links(cast, source) == []
    assert links(cast, one) == [(target["ticketNumber"], "related")]
    assert emitted(f"ticket-staff:{one['id']}")[-1] == "ticket:updated"
    unmerged(cast.lead, target, source)
    assert [links(cast, ticket) for ticket in (target, source, one, two, three)] == before
