"""Real threads on committed rows: nothing lost, nothing doubled, no orphan, no circle, and never a fault.

Small in CI; SOAK=1 makes the sizes those of the bar.
"""

from __future__ import annotations

import random

import pytest

from audit.models import Entry
from notifications.models import Item
from tests.api import Api, data
from tests.crosscut.crowd import Call, at_once, check_the_whole, statuses
from tests.soak import sized
from tests.storage import upload
from tests.tickets.acts import act, bodies, emitted, moved, opened, row, seen
from tickets.models import Message, Rating, Ticket

WRITERS = sized(8, 64)
TICKETS_EACH = sized(40, 79)
ROUNDS = sized(20, 200)
SOME = sized(8, 200)
FEW = sized(4, 50)
BODY = {"subject": "S", "description": "D"}


@pytest.fixture
def people(committed_cast):
    yield committed_cast
    check_the_whole()


def of(ticket, rest=""):
    return f"/tickets/{ticket['id']}{rest}"


def test_many_writers_get_distinct_numbers(people):
    writers = [people.customer if n % 2 else people.stranger for n in range(WRITERS)]
    answers = at_once(*[Call(writer, "POST /tickets", BODY) for writer in writers], times=TICKETS_EACH)
    total = WRITERS * TICKETS_EACH
    assert statuses(answers) == {201: total}
    numbers = {answer.json()["data"]["ticketNumber"] for answer in answers}
    assert len(numbers) == total == Ticket.objects.count() == Message.objects.count()
    assert Entry.objects.filter(action="TICKET_CREATED").count() == total
    assert Item.objects.filter(kind="ticket-created").count() == total
    assert len(emitted("queue:tickets")) == total


def test_of_two_agents_who_saw_the_same_version_one_wins(people):
    ticket = opened(people.customer)
    for version in range(1, ROUNDS + 1):
        wanted = {"subject": f"S{version}", "version": version}, {"tags": [f"t{version}"], "version": version}
        agents = zip((people.agent, people.colleague), wanted, strict=True)
        answers = at_once(*[Call(agent, f"PATCH {of(ticket)}", body) for agent, body in agents])
        assert statuses(answers) == {200: 1, 409: 1}
        [lost] = [answer.json()["error"] for answer in answers if answer.status_code == 409]
        assert (lost["code"], lost["details"]["ticket"]["version"]) == ("stale", version + 1)
    assert seen(people.agent, ticket)["version"] == ROUNDS + 1


def test_two_agents_without_versions_lose_no_update(people):
    ticket, choice, changes = opened(people.customer), random.Random(7), 0
    for _ in range(ROUNDS):
        wanted = choice.choice(["open", "in_progress", "pending", "on_hold"])
        holder = choice.choice([people.agent, people.colleague, people.lead])
        before = row(ticket)
        answers = at_once(
            Call(people.agent, f"POST {of(ticket, '/status')}", {"status": wanted}),
            Call(people.colleague, f"POST {of(ticket, '/assign')}", {"agentId": str(holder.pk)}),
        )
        assert statuses(answers) == {200: 2}
        now = row(ticket)
        assert (now.status, now.assignee_id) == (wanted, holder.pk)
        changes += (before.status != wanted) + (before.assignee_id != holder.pk)
        assert now.version == changes + 1


def test_replies_and_notes_at_once_are_all_counted(people):
    ticket, each = opened(people.customer), sized(6, 60)
    path, note = f"POST {of(ticket, '/messages')}", {"body": "n", "isInternal": True}
    calls = [Call(people.customer, path, {"body": "c"}), Call(people.agent, path, {"body": "a"})]
    answers = at_once(*calls, Call(people.colleague, path, note), times=each)
    assert statuses(answers) == {201: 3 * each}
    assert seen(people.agent, ticket)["messageCount"] == 3 * each + 1
    assert seen(people.customer, ticket)["messageCount"] == 2 * each + 1
    assert Entry.objects.filter(action="TICKET_STATUS_CHANGED").count() == 1


def test_the_same_post_five_times_with_one_key_is_one_ticket(people):
    def counted():
        return Ticket.objects.count(), Item.objects.count(), len(emitted("queue:tickets"))

    for number in range(FEW):
        before = counted()
        answers = at_once(*[Call(people.customer, "POST /tickets", BODY, {"Idempotency_Key": f"k{number}"})] * 5)
        assert statuses(answers) == {201: 5}
        assert len({answer.json()["data"]["id"] for answer in answers}) == 1
        assert counted() == tuple(count + 1 for count in before)


@pytest.mark.parametrize("status", ["open", "closed"])
def test_the_same_message_five_times_is_one(people, status):
    ticket = opened(people.customer)
    if status == "closed":
        moved(people.agent, ticket, "closed")
    for number in range(FEW):
        body = {"body": "x", "clientMessageId": f"c{number}"}
        answers = at_once(*[Call(people.customer, f"POST {of(ticket, '/messages')}", body)] * 5)
        assert statuses(answers) == {201: 1, 200: 4}
        assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert Message.objects.count() == FEW + 1


def test_merging_against_closing_and_replying_leaves_nothing_behind(people):
    for number in range(SOME):
        pair = opened(people.customer), opened(people.customer)
        target, source = pair if number % 2 else pair[::-1]
        answers = at_once(
            Call(people.lead, f"POST {of(target, '/merge')}", {"sourceIds": [source["id"]]}),
            Call(people.customer, f"POST {of(source, '/messages')}", {"body": "to the source"}),
            Call(people.agent, f"POST {of(source, '/messages')}", {"body": "a note", "isInternal": True}),
            Call(people.customer, f"POST {of(target, '/close')}"),
        )
        assert set(statuses(answers)) <= {200, 201}
        # Merged after it was closed, the target is open again for whoever was not answered.
        assert seen(people.agent, target)["status"] in {"closed", "open"}
        assert seen(people.agent, source)["status"] == "closed"
        # What was said went to the target, or opened a new ticket when the target was closed by then.
        later = Ticket.objects.filter(pk__gt=max(int(pair[0]["id"]), int(pair[1]["id"])))
        texts = bodies(people.agent, target) + [ticket.description for ticket in later]
        assert (texts.count("to the source"), texts.count("a note")) == (1, 1)
        assert bodies(people.agent, source) == []


def test_merges_in_a_circle_are_refused_but_some(people):
    for _ in range(SOME):
        three = [opened(people.customer) for _ in range(3)]
        calls = [
            Call(people.lead, f"POST {of(target, '/merge')}", {"sourceIds": [source["id"]]})
            for target, source in zip(three, three[1:] + three[:1], strict=True)
        ]
        found = statuses(at_once(*calls))
        assert set(found) <= {200, 409}
        merged = Ticket.objects.filter(pk__in=[one["id"] for one in three], merged_into__isnull=False).count()
        assert merged == found[200]
        assert 1 <= merged <= 2


def test_undoing_a_merge_against_a_reply_brings_the_reply_back(people):
    for number in range(SOME):
        pair = opened(people.customer), opened(people.customer)
        target, source = pair if number % 2 else pair[::-1]
        act(people.lead, target, "merge", {"sourceIds": [source["id"]]})
        answers = at_once(
            Call(people.lead, f"POST {of(target, '/unmerge')}", {"sourceId": source["id"]}),
            Call(people.customer, f"POST {of(source, '/messages')}", {"body": "late"}),
        )
        assert statuses(answers) == {200: 1, 201: 1}
        assert bodies(people.agent, source) == [source["description"], "late"]
        assert bodies(people.agent, target) == [target["description"]]


def test_rating_twice_at_once_is_one_rating_and_a_replacement(people):
    for number in range(SOME):
        ticket = moved(people.agent, opened(people.customer), "resolved")
        calls = [Call(people.customer, f"POST {of(ticket, '/rate')}", {"rating": stars}) for stars in (1, 5)]
        assert statuses(at_once(*calls)) == {200: 2}
        assert Rating.objects.count() == number + 1
        entries = Entry.objects.filter(action="TICKET_RATED", entity_id=ticket["id"]).select_related("detail")
        first, second = entries.order_by("id")
        assert second.detail.old_values["rating"] == first.detail.new_values["rating"]


def test_reopening_thrice_at_once_reopens_once(people):
    for _ in range(SOME):
        ticket = moved(people.agent, opened(people.customer), "resolved")
        answers = at_once(
            Call(people.customer, f"POST {of(ticket, '/reopen')}"),
            Call(people.agent, f"POST {of(ticket, '/reopen')}"),
            Call(people.customer, f"POST {of(ticket, '/messages')}", {"body": "still broken"}),
        )
        assert statuses(answers) == {200: 2, 201: 1}
        assert (row(ticket).reopen_count, row(ticket).version) == (1, 3)


def test_watchers_and_links_at_once_are_one_each(people):
    for _ in range(FEW):
        ticket, other = opened(people.customer), opened(people.customer)
        watch = Call(people.agent, f"PUT {of(ticket, f'/watchers/{people.lead.pk}')}")
        link, back = ({"ticketId": one["id"], "kind": "related"} for one in (other, ticket))
        links = (
            Call(people.agent, f"POST {of(ticket, '/links')}", link),
            Call(people.lead, f"POST {of(other, '/links')}", back),
        )
        assert statuses(at_once(watch, watch, *links)) == {200: 2, 201: 2}
        shown = seen(people.agent, ticket)
        assert (len(shown["watchers"]), len(shown["links"])) == (1, 1)


def test_a_category_removed_while_it_is_used_is_a_refusal_for_one_of_them(people):
    for number in range(SOME):
        names = {"nameAr": f"أ{number}", "nameEn": f"A{number}"}
        category = data(Api(people.lead).post("/tickets/categories", names), 201)["id"]
        answers = at_once(
            Call(people.lead, f"DELETE /tickets/categories/{category}"),
            Call(people.customer, "POST /tickets", {**BODY, "categoryId": category}),
        )
        assert statuses(answers) in ({200: 1, 400: 1}, {400: 1, 201: 1})


def test_a_file_is_attached_once_however_many_messages_claim_it(people, storage):
    ticket = opened(people.customer)
    for _ in range(FEW):
        [file] = upload(Api(people.customer), "photo.txt")
        claim = Call(people.customer, f"POST {of(ticket, '/messages')}", {"body": "x", "attachments": [file["id"]]})
        assert statuses(at_once(claim, claim, claim)) == {201: 1, 400: 2}
