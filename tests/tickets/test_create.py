"""Opening a ticket: by its customer, and by staff for a customer."""

import re
from urllib.parse import quote

import pytest
import time_machine

from tests.api import Api, data, refusal
from tests.storage import upload
from tests.tickets.acts import (
    CUSTOMER_FORM,
    STAFF_FORM,
    actions,
    emitted,
    opened,
    row,
    seen,
    thread,
    told,
    tried,
    with_rights,
)
from tickets.models import Category, Change, Message, Ticket
from tickets.operations import NewTicket, create_ticket

BODY = {"subject": "Cracked screen", "description": "It came cracked."}


@pytest.fixture
def category(db):
    return Category.objects.create(name_ar="الضمان", name_en="Warranty")


def test_a_customer_opens_a_ticket_and_reads_what_he_sent(cast, category):
    ticket = opened(
        cast.customer,
        subject=" شاشة مكسورة ",
        categoryId=str(category.pk),
        priority="high",
        orderId="A-1",
        productId="P",
    )
    assert ticket["subject"] == "شاشة مكسورة"
    assert (ticket["status"], ticket["priority"], ticket["version"]) == ("open", "high", 1)
    assert (ticket["orderId"], ticket["productId"], ticket["messageCount"]) == ("A-1", "P", 1)
    assert ticket["category"] == {
        "id": str(category.pk),
        "nameAr": "الضمان",
        "nameEn": "Warranty",
        "name": "Warranty",
    }
    assert ticket["createdAt"] == ticket["updatedAt"] == ticket["lastMessageAt"]
    assert ticket["assignee"] is ticket["rating"] is ticket["resolvedAt"] is ticket["closedAt"] is None
    assert seen(cast.customer, ticket) == ticket
    [opening] = thread(cast.customer, ticket)
    assert (opening["body"], opening["author"]["type"]) == (ticket["description"], "customer")


def test_the_ticket_that_is_returned_is_the_row_that_was_written(cast, category):
    new = NewTicket(
        "x", "y", category.pk, order_id="A", customer_id=cast.customer.pk, agent_id=cast.agent.pk, tags=["a"]
    )
    for ticket in (create_ticket(NewTicket("x", "y"), by=cast.customer), create_ticket(new, by=cast.agent)):
        row = Ticket.objects.get(pk=ticket.pk)
        for field in Ticket._meta.concrete_fields:
            assert getattr(ticket, field.attname) == getattr(row, field.attname), field
        opening = Message.objects.get(opens=ticket)
        assert (opening.body, opening.first_ticket_id, opening.created_at) == ("y", ticket.pk, ticket.created_at)


def test_the_two_forms_have_exactly_the_fields_of_the_contract(cast):
    ticket = opened(cast.customer)
    assert ticket.keys() == seen(cast.customer, ticket).keys() == CUSTOMER_FORM
    assert seen(cast.agent, ticket).keys() == STAFF_FORM
    assert seen(cast.agent, ticket)["customer"] == {
        "id": str(cast.customer.pk),
        "name": cast.customer.name,
        "email": cast.customer.email,
        "phone": "",
    }


def test_opening_is_audited_told_and_emitted_once(cast):
    ticket = opened(cast.customer)
    assert actions(ticket) == ["TICKET_CREATED"]
    assert told(ticket) == ["ticket-created"]
    assert emitted("queue:tickets") == emitted(f"user:{cast.customer.pk}") == ["ticket:created"]
    assert emitted(f"ticket:{ticket['id']}") == []
    facts = Change.objects.filter(ticket_id=ticket["id"]).values_list("field", "old", "new")
    assert set(facts) == {("status", "", "open"), ("priority", "", "2")}


def test_a_guest_opens_a_ticket_of_his_own(cast):
    ticket = opened(cast.guest)
    assert seen(cast.guest, ticket)["id"] == ticket["id"]
    refusal(Api(cast.customer).get(f"/tickets/{ticket['id']}"), 404, "not_found")


def test_staff_open_a_ticket_for_a_customer(cast):
    more = {"agentId": str(cast.colleague.pk), "teamId": str(cast.team.pk), "tags": ["vip", " vip", "phone"]}
    ticket = opened(cast.agent, customerId=str(cast.customer.pk), **more)
    assert ticket.keys() == STAFF_FORM
    assert (ticket["customer"]["id"], ticket["assignee"]["id"]) == (str(cast.customer.pk), str(cast.colleague.pk))
    assert (ticket["team"]["id"], ticket["tags"]) == (str(cast.team.pk), ["vip", "phone"])
    assert ticket["firstResponseAt"] is None
    assert seen(cast.agent, ticket) == ticket
    [opening] = thread(cast.customer, ticket)
    assert opening["author"] == {"id": str(cast.agent.pk), "type": "agent", "name": cast.agent.name}
    assert emitted(f"user:{cast.colleague.pk}") == ["ticket:created"]
    assert told(ticket) == ["ticket-created"]


def test_staff_need_the_right_and_a_customer_to_open_one_for(cast):
    body = {**BODY, "customerId": str(cast.customer.pk)}
    error = refusal(Api(cast.outsider).post("/tickets", body), 403, "forbidden")
    assert error["details"] == {"permission": "support.tickets.create"}
    assert "customerId" in refusal(Api(cast.agent).post("/tickets", BODY), 400, "invalid")["fields"]
    for wrong in (str(cast.agent.pk), "999999999"):
        error = refusal(Api(cast.agent).post("/tickets", {**body, "customerId": wrong}), 400, "invalid")
        assert error["fields"].keys() == {"customerId"}
    data(Api(with_rights(cast.outsider, "tickets.create")).post("/tickets", body), 201)
    assert Ticket.objects.count() == 1


def test_giving_a_new_ticket_to_an_agent_needs_the_right_to_assign(cast):
    opener = with_rights(cast.outsider, "tickets.create")
    body = {**BODY, "customerId": str(cast.customer.pk), "agentId": str(cast.colleague.pk)}
    error = refusal(Api(opener).post("/tickets", body), 403, "forbidden")
    assert error["details"] == {"permission": "support.tickets.assign"}
    data(Api(with_rights(cast.outsider, "tickets.create", "tickets.assign")).post("/tickets", body), 201)


def test_what_is_staffs_to_give_is_an_unknown_field_for_customers(cast):
    for field in ("customerId", "agentId", "teamId", "tags", "status", "isInternal", "version"):
        error = refusal(Api(cast.customer).post("/tickets", {**BODY, field: "1"}), 400, "invalid")
        assert error["fields"].keys() == {field}
    assert not Ticket.objects.exists()


def test_a_ticket_refers_only_to_what_there_is(cast, category):
    category.is_active = False
    category.save()
    wrong = {"categoryId": [str(category.pk), "999999", 2**63 - 1]}
    wrong["agentId"] = [str(cast.customer.pk), str(cast.manager.pk), "999999"]
    wrong["teamId"] = ["999999"]
    body = {**BODY, "customerId": str(cast.customer.pk)}
    for field, values in wrong.items():
        for value in values:
            error = refusal(Api(cast.agent).post("/tickets", {**body, field: value}), 400, "invalid")
            assert error["fields"].keys() == {field}, value
    assert not Ticket.objects.exists()


def test_ids_are_taken_as_text_or_number_and_given_as_text(cast, category):
    ticket = opened(cast.customer, categoryId=category.pk)
    assert isinstance(ticket["id"], str)
    assert ticket["category"]["id"] == str(category.pk)


def test_uploads_come_with_the_opening_message_and_only_once(cast, storage):
    first, second = upload(Api(cast.customer), "photo.txt", "receipt.txt")
    ticket = opened(cast.customer, attachments=[second["id"], first["url"]])
    names = [file["filename"] for file in ticket["attachments"]]
    assert names == ["receipt.txt", "photo.txt"]
    [opening] = thread(cast.agent, ticket)
    assert [file["filename"] for file in opening["attachments"]] == names
    assert [file["filename"] for file in seen(cast.agent, ticket)["attachments"]] == names
    assert row(ticket).attachment_count == 2
    again = Api(cast.customer).post("/tickets", {**BODY, "attachments": [first["id"]]})
    assert "attachments" in refusal(again, 400, "invalid")["fields"]
    foreign = upload(Api(cast.stranger), "theirs.txt")[0]
    for reference in (foreign["id"], foreign["url"], "nonsense", "00000000-0000-4000-8000-000000000000"):
        answer = Api(cast.customer).post("/tickets", {**BODY, "attachments": [reference]})
        assert refusal(answer, 400, "invalid")["fields"].keys() == {"attachments"}
    assert Ticket.objects.count() == 1


def test_numbers_are_human_and_the_year_is_that_of_the_sites_zone(cast, settings):
    assert settings.TIME_ZONE == "Asia/Riyadh"
    with time_machine.travel("2030-12-31T20:59:00Z", tick=False):
        old = opened(cast.customer)
    with time_machine.travel("2030-12-31T21:01:00Z", tick=False):
        new = opened(cast.customer)
    assert re.fullmatch(r"TKT-2030-\d{6,}", old["ticketNumber"])
    assert re.fullmatch(r"TKT-2031-\d{6,}", new["ticketNumber"])
    assert int(new["ticketNumber"][-6:]) == int(old["ticketNumber"][-6:]) + 1
    assert old["createdAt"] == "2030-12-31T20:59:00Z"


def test_an_optional_field_that_is_null_counts_as_left_out(cast):
    customer = Api(cast.customer)
    unset = dict.fromkeys(("categoryId", "priority", "orderId", "productId", "attachments"))
    ticket = data(customer.post("/tickets", {**BODY, **unset}), 201)
    assert (ticket["priority"], ticket["orderId"], ticket["attachments"]) == ("normal", "", [])
    thread = f"/tickets/{ticket['id']}/messages"
    unset = dict.fromkeys(("attachments", "clientMessageId", "lastSeenMessageId", "force"))
    assert data(customer.post(thread, {"body": "Any news?", **unset}), 201)["clientMessageId"] is None
    found = {"query": ticket["ticketNumber"], "sortBy": "createdAt"}
    unset = dict.fromkeys(("status", "fromDate", "hasAttachments", "messageContent", "page", "limit", "sortOrder"))
    assert len(data(Api(cast.agent).post("/tickets/admin/search", {**found, **unset}))) == 1
    data(customer.post("/chat/sessions", {"message": None, "language": None}), 201)


def test_null_says_nothing_where_it_could_clear_a_field_or_make_a_note_public(cast):
    ticket, agent = opened(cast.customer), Api(cast.agent)
    assert (
        "isInternal"
        in refusal(agent.post(f"/tickets/{ticket['id']}/messages", {"body": "x", "isInternal": None}), 400, "invalid")[
            "fields"
        ]
    )
    for field in ("subject", "orderId", "priority"):
        error = refusal(agent.patch(f"/tickets/{ticket['id']}", {field: None}), 400, "invalid")
        assert error["fields"].keys() == {field}
    error = refusal(Api(cast.customer).post("/tickets", {**BODY, "subject": None}), 400, "invalid")
    assert error["fields"].keys() == {"subject"}


def test_a_ticket_is_found_by_its_number_too(cast):
    ticket = opened(cast.customer)
    number = ticket["ticketNumber"]
    arabic = quote(number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
    for ref in (ticket["id"], number, number.lower(), arabic, f"0{ticket['id']}"):
        assert data(Api(cast.customer).get(f"/tickets/{ref}"))["id"] == ticket["id"]
        refusal(Api(cast.stranger).get(f"/tickets/{ref}"), 404, "not_found")


@pytest.mark.parametrize(
    "ref",
    ["0", "-1", "1.0", "abc", "TKT-", "TKT-2026", "9" * 30, "%00", "TKT-%00", "١٢", "1%20", "%F0%9F%98%80", "null"],
)
def test_a_malformed_id_answers_as_an_absent_one(cast, ref):
    absent = Api(cast.customer).get("/tickets/999999999").json()["error"]
    for method in ("get", "post", "patch", "delete"):
        rest = {"get": "", "post": "/close", "patch": "", "delete": "/links"}[method]
        client = Api(cast.agent if method == "delete" else cast.customer)
        body = () if method == "get" else ({},)
        error = refusal(getattr(client, method)(f"/tickets/{ref}{rest}", *body), 404, "not_found")
        assert {**error, "requestId": ""} == {**absent, "requestId": ""}


def test_a_key_makes_a_repeat_answer_with_the_first_ticket(cast):
    client = Api(cast.customer)
    first = client.post("/tickets", BODY, Idempotency_Key="k-1")
    again = client.post("/tickets", BODY, Idempotency_Key="k-1")
    assert (data(first, 201), again.status_code) == (again.json()["data"], 201)
    refusal(client.post("/tickets", {**BODY, "subject": "Other"}, Idempotency_Key="k-1"), 409, "idempotency_conflict")
    data(Api(cast.stranger).post("/tickets", BODY, Idempotency_Key="k-1"), 201)
    data(client.post("/tickets", BODY), 201)
    assert Ticket.objects.filter(customer=cast.customer).count() == 2
    assert emitted("queue:tickets") == ["ticket:created"] * 3


def test_a_refusal_is_not_kept_under_its_key(cast):
    client = Api(cast.customer)
    refusal(client.post("/tickets", {**BODY, "categoryId": "99999"}, Idempotency_Key="k-1"), 400, "invalid")
    data(client.post("/tickets", BODY, Idempotency_Key="k-1"), 201)


def test_a_kept_answer_is_given_only_to_who_may_still_see_it(cast):
    agent = with_rights(cast.agent, "tickets.view_all", "tickets.create", "tickets.assign")
    body = {**BODY, "customerId": str(cast.customer.pk), "teamId": str(cast.team.pk)}
    data(Api(agent).post("/tickets", body, Idempotency_Key="k-1"), 201)
    with_rights(cast.agent, "tickets.view", "tickets.create")
    refusal(Api(agent).post("/tickets", body, Idempotency_Key="k-1"), 404, "not_found")
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "sp ace", "ключ"])
def test_a_malformed_key_is_named(cast, key):
    answer = Api(cast.customer).post("/tickets", BODY, Idempotency_Key=key)
    assert "Idempotency-Key" in refusal(answer, 400, "invalid")["fields"]
    assert tried(cast.customer, {"id": 1}, "close").status_code == 404
    assert not Ticket.objects.exists()
