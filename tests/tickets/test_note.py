"""Internal notes: staff read them, and for a customer nothing at all has happened."""

import pytest

from tests.api import Api, data, refusal
from tests.storage import upload
from tests.tickets.acts import emitted, last_entry, noted, opened, replied, row, seen, thread, told, tried, with_rights
from tests.uploads.door import content_of


def test_a_note_is_read_by_staff_and_never_by_the_customer(cast):
    ticket = opened(cast.customer)
    note = noted(cast.agent, ticket, "He called before.")
    assert note["isInternal"] is True
    assert thread(cast.colleague, ticket)[-1] == note
    assert [message["id"] for message in thread(cast.customer, ticket)] != []
    assert note["id"] not in [message["id"] for message in thread(cast.customer, ticket)]


def test_a_note_moves_nothing_that_a_customer_sees(cast, storage):
    ticket = opened(cast.customer)
    newer = opened(cast.customer)
    client = Api(cast.customer)
    lists = [f"/tickets?sortBy={sort}" for sort in ("createdAt", "updatedAt", "priority", "status", "ticketNumber")]
    lists += ["/tickets?hasAttachments=true", "/tickets?hasAttachments=false"]
    before = [client.get(path).json() for path in [f"/tickets/{ticket['id']}", *lists]]
    [file] = upload(Api(cast.agent), "memo.txt")
    noted(cast.agent, ticket, attachments=[file["id"]])
    assert [client.get(path).json() for path in [f"/tickets/{ticket['id']}", *lists]] == before
    assert emitted(f"ticket:{ticket['id']}") == []
    assert emitted(f"user:{cast.customer.pk}") == ["ticket:created", "ticket:created"]
    assert newer["id"] in str(before)


def test_staff_see_that_a_note_came(cast, storage):
    ticket = opened(cast.customer)
    before = seen(cast.agent, ticket)
    note = noted(cast.agent, ticket)
    now = seen(cast.agent, ticket)
    assert (now["messageCount"], now["staffUpdatedAt"]) == (2, note["createdAt"])
    assert {
        **now,
        "messageCount": 1,
        "staffUpdatedAt": before["staffUpdatedAt"],
        "realtime": before["realtime"],
    } == before
    assert row(ticket).last_activity_at > row(ticket).created_at
    assert emitted(f"ticket-staff:{ticket['id']}") == ["ticket:message", "ticket:updated"]
    assert told(ticket) == ["ticket-created"]
    assert last_entry(ticket, "TICKET_MESSAGE_ADDED").detail.new_values["isInternal"] is True


def test_staff_find_tickets_whose_files_are_all_in_notes(cast, storage):
    ticket = opened(cast.customer)
    [file] = upload(Api(cast.agent), "memo.txt")
    noted(cast.agent, ticket, attachments=[file["id"]])
    assert [found["id"] for found in data(Api(cast.agent).get("/tickets?hasAttachments=true"))] == [ticket["id"]]
    assert data(Api(cast.agent).get("/tickets?hasAttachments=false")) == []
    assert data(Api(cast.customer).get("/tickets?hasAttachments=true")) == []


def test_only_staff_who_may_reply_write_notes(cast):
    ticket = opened(cast.customer)
    body = {"body": "x", "isInternal": True}
    assert "isInternal" in refusal(tried(cast.customer, ticket, "messages", body), 400, "invalid")["fields"]
    refusal(tried(cast.manager, ticket, "messages", body), 403, "forbidden")
    refusal(tried(with_rights(cast.outsider, "tickets.reply"), ticket, "messages", body), 404, "not_found")
    assert len(thread(cast.agent, ticket)) == 1
    noted(with_rights(cast.outsider, "tickets.view", "tickets.reply"), ticket)


def test_colleagues_mentioned_in_a_note_are_told(cast):
    from notifications.kinds import kinds
    from notifications.models import Item

    ticket = opened(cast.customer)
    noted(cast.agent, ticket, f"@{cast.lead.email} and @{cast.agent.email}, look; not @{cast.customer.email}")
    item = Item.objects.get(kind="ticket-mentioned")
    assert set(kinds()["ticket-mentioned"].recipients(item)) == {cast.lead}
    replied(cast.agent, ticket, f"@{cast.lead.email} in public tells nobody")
    assert Item.objects.filter(kind="ticket-mentioned").count() == 1


@pytest.mark.parametrize("what", ["fetch", "attach"])
def test_a_notes_file_is_no_customers(cast, storage, what):
    ticket = opened(cast.customer)
    [file] = upload(Api(cast.agent), "memo.txt")
    note = noted(cast.agent, ticket, attachments=[file["id"]])
    url = note["attachments"][0]["url"]
    plain = url.split("?")[0].partition("/files/")[2]
    if what == "fetch":
        assert content_of(Api(cast.agent).get(f"/files/{plain}")) == b"in memo.txt"
        refusal(Api(cast.customer).get(f"/files/{plain}"), 404, "not_found")
    else:
        answer = tried(cast.customer, ticket, "messages", {"body": "x", "attachments": [url]})
        refusal(answer, 400, "invalid")
