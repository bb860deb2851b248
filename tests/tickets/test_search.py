"""Finding tickets by words, in both languages, and only one's own."""

import pytest

from accounts.operations import update_profile
from tests.api import data, refusal
from tickets.models import Ticket
from tickets.operations import NewMessage, NewTicket, add_message, create_ticket


def open_ticket(by, subject, description="وصف", **more):
    return create_ticket(NewTicket(subject=subject, description=description, **more), by=by)


def found(client, **body):
    return [row["subject"] for row in data(client.post("/tickets/admin/search", body))]


@pytest.fixture
def shelf(cast):
    open_ticket(cast.customer, "تأخّرَ الشَّحن إلى أحمد", order_id="ORD-77")
    open_ticket(cast.customer, "Screen broken on arrival", "The glass is cracked, 50% off please")
    open_ticket(cast.stranger, "طلب رقم ١٢٣ لم يصل")
    return cast


@pytest.mark.parametrize(
    ("query", "subject"),
    [
        ("احمد", "تأخّرَ الشَّحن إلى أحمد"),
        ("أحْمَد", "تأخّرَ الشَّحن إلى أحمد"),
        ("الشحن احمد", "تأخّرَ الشَّحن إلى أحمد"),
        ("شحن", "تأخّرَ الشَّحن إلى أحمد"),
        ("ord-77", "تأخّرَ الشَّحن إلى أحمد"),
        ("123 رقم", "طلب رقم ١٢٣ لم يصل"),
        ("١٢٣ رقم", "طلب رقم ١٢٣ لم يصل"),
        ("stranger", "طلب رقم ١٢٣ لم يصل"),
        ("SCREEN arriv", "Screen broken on arrival"),
        ("on", "Screen broken on arrival"),
        ("50%", "Screen broken on arrival"),
    ],
)
def test_words_are_found_folded_and_in_part(shelf, api, query, subject):
    assert found(api(shelf.agent), query=query) == [subject]


@pytest.mark.parametrize("query", ["%", "_", "\\", "%%%", "احمد screen", "nothing-like-this", "'; drop table x --"])
def test_signs_are_signs_and_every_word_must_match(shelf, api, query):
    assert found(api(shelf.agent), query=query) == []


def test_a_sign_by_itself_is_found_where_it_begins_a_word(shelf, api):
    open_ticket(shelf.customer, "خصم % خاص")
    assert found(api(shelf.agent), query="%") == ["خصم % خاص"]


def test_notes_are_found_only_by_those_who_may_read_them(shelf, api):
    ticket = open_ticket(shelf.customer, "A note is coming")
    add_message(ticket.pk, NewMessage(body="PLANTED كلمة سرية", is_internal=True), by=shelf.agent)
    add_message(ticket.pk, NewMessage(body="visible answer"), by=shelf.agent)
    assert found(api(shelf.agent), messageContent="planted") == ["A note is coming"]
    assert found(api(shelf.agent), messageContent="planted visible") == []
    mine = api(shelf.customer)
    assert data(mine.get("/tickets?messageContent=planted")) == []
    assert [row["subject"] for row in data(mine.get("/tickets?messageContent=visible"))] == ["A note is coming"]


def test_customers_find_their_own_alone(shelf, api):
    assert data(api(shelf.customer).get("/tickets?query=١٢٣ يصل")) == []
    assert len(data(api(shelf.stranger).get("/tickets?query=١٢٣ يصل"))) == 1
    refusal(api(shelf.customer).post("/tickets/admin/search", {"query": "x"}), 404, "not_found")


def test_an_agent_without_view_all_finds_in_his_scope_alone(shelf, api):
    ticket = open_ticket(shelf.customer, "Given to a team screen")
    from tickets.operations import assign

    assign(ticket.pk, agent_id=None, team_id=shelf.team.pk, by=shelf.lead)
    assert found(api(shelf.outsider), query="screen") == ["Screen broken on arrival"]


def test_filters_narrow_what_words_find(shelf, api):
    agent = api(shelf.agent)
    assert found(agent, query="screen", status=["open", "pending"], priority="normal", rated=False) != []
    assert found(agent, query="screen", status="closed") == []
    assert found(agent, query="screen", customerId=str(shelf.stranger.pk)) == []
    assert found(agent, query="screen", customerId=shelf.customer.pk, hasAttachments=False, slaBreached=False) != []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sortBy": "customer__password"}, "sortBy"),
        ({"status": ["open", "gone"]}, "status[1]"),
        ({"query": ["a"]}, "query"),
        ({"query": "a" * 201}, "query"),
        ({"query": "a\u0000b"}, "query"),
        ({"subject__contains": "x"}, "subject__contains"),
        ({"_connector": "OR"}, "_connector"),
        ({"fromDate": "yesterday"}, "fromDate"),
        ({"hasAttachments": "maybe"}, "hasAttachments"),
    ],
)
def test_what_is_not_a_filter_is_named(shelf, api, body, field):
    assert field in refusal(api(shelf.agent).post("/tickets/admin/search", body), 400, "invalid")["fields"]


def test_a_customer_who_changes_his_name_is_found_by_the_new_one(shelf, api):
    from accounts.operations import update_profile
    from tickets.search_text import recopy_changed

    update_profile(shelf.stranger.pk, changes={"name": "Zelda Nouri"}, by=shelf.stranger)
    recopy_changed()
    assert found(api(shelf.agent), query="zelda") == ["طلب رقم ١٢٣ لم يصل"]
    assert recopy_changed() == 0


def test_pages_follow_each_other_without_a_hole(shelf, api):
    for number in range(7):
        open_ticket(shelf.customer, f"paging {number}")
    agent, seen, cursor = api(shelf.agent), [], {}
    for _page in range(5):
        answer = agent.post("/tickets/admin/search", {"query": "paging", "limit": 2, **cursor})
        seen += [row["subject"] for row in data(answer)]
        assert answer.json()["meta"]["total"] == 7
        if not answer.json()["meta"]["nextCursor"]:
            break
        cursor = {"cursor": answer.json()["meta"]["nextCursor"]}
    assert seen == [f"paging {number}" for number in reversed(range(7))]


def test_a_cursor_that_is_not_ours_is_refused_even_when_nothing_is_found(shelf, api):
    answer = api(shelf.agent).post("/tickets/admin/search", {"query": "nothing-like-this", "cursor": "AAAA"})
    refusal(answer, 400, "invalid")


@pytest.mark.parametrize(
    "phone",
    [
        "0551234567",
        "055 123 4567",
        "00966551234567",
        "+966 55 123 4567",
        "966551234567",
        "٠٥٥١٢٣٤٥٦٧",
        "055123",
        "5123",
    ],
)
def test_a_ticket_is_found_by_its_customers_phone_however_it_is_written(shelf, api, phone):
    update_profile(shelf.stranger.pk, changes={"phone": "+966551234567"}, by=shelf.stranger)
    shelf.stranger.refresh_from_db()
    open_ticket(shelf.stranger, "By phone")
    assert found(api(shelf.agent), query=phone) == ["By phone"]


@pytest.mark.parametrize(
    ("query", "subject"),
    [
        ("«الشحن»", "تأخّرَ الشَّحن إلى أحمد"),
        ("`الشحن`", "تأخّرَ الشَّحن إلى أحمد"),
        ("<الشحن>", "تأخّرَ الشَّحن إلى أحمد"),
        ("احمد؟", "تأخّرَ الشَّحن إلى أحمد"),
        ("“Screen” (broken).", "Screen broken on arrival"),
        ('"50%"', "Screen broken on arrival"),
        ("#{number}", "طلب رقم ١٢٣ لم يصل"),
        ("{number}.", "طلب رقم ١٢٣ لم يصل"),
        ("رقم:{number}", "طلب رقم ١٢٣ لم يصل"),
        ("الشحن،احمد", "تأخّرَ الشَّحن إلى أحمد"),
        ("broken:screen", "Screen broken on arrival"),
    ],
)
def test_signs_around_a_word_do_not_hide_what_it_finds(shelf, api, query, subject):
    number = Ticket.objects.get(subject="طلب رقم ١٢٣ لم يصل").number
    assert found(api(shelf.agent), query=query.format(number=number)) == [subject]
    assert found(api(shelf.agent), messageContent="«وصف»؟") == found(api(shelf.agent), messageContent="وصف")


def test_what_holds_the_signs_comes_before_what_holds_the_word(shelf, api):
    open_ticket(shelf.customer, "«غسالة» معطلة")
    open_ticket(shelf.customer, "غسالة جديدة")
    assert found(api(shelf.agent), query="«غسالة»") == ["«غسالة» معطلة"]


def test_every_word_of_a_long_search_counts(shelf, api):
    words = "one two three four five six seven eight nine ten eleven twelve"
    open_ticket(shelf.customer, words)
    assert found(api(shelf.agent), query=words) == [words]
    assert found(api(shelf.agent), query=f"{words} thirteen") == []


def test_a_number_is_taken_with_its_sign_in_a_path(shelf, api):
    ticket = open_ticket(shelf.customer, "Second")
    for written in (
        f"%23{ticket.number}",
        f"%23{ticket.pk}",
        f"{ticket.number}.",
        f"%E2%80%8F({ticket.number})",
        f"no:{ticket.number}",
    ):
        assert data(api(shelf.agent).get(f"/tickets/{written}"))["id"] == str(ticket.pk)
