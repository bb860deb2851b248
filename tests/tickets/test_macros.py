"""Macros: a reply and changes by one choice, whole or not at all, by the page, in bulk and by the API."""

from __future__ import annotations

import pytest

from tests.api import Api, data, refusal
from tests.tickets.acts import (
    act,
    actions,
    bodies,
    footprint,
    moved,
    opened,
    replied,
    row,
    seen,
    told,
    tried,
    with_rights,
)
from tests.tickets_admin.desk import Desk, text_of, words_of
from tickets.models import Macro
from tickets.operations import save_macro

MACROS = "/admin/tickets/macro/"
PARTS = {"reply_ar": "أهلًا {customer_name}", "reply_en": "Hello {customer_name}", "status": "pending", "priority": 3}


@pytest.fixture
def macro(cast) -> Macro:
    """One that answers and changes everything a macro can change."""
    names = {"name_ar": "تأخر الطلب", "name_en": "Order late"}
    return save_macro(None, changes={**names, **PARTS, "tags": ["late"], "holder": "me"}, by=cast.lead)


def test_one_choice_answers_in_the_customers_language_and_changes_the_ticket(cast, macro):
    ticket = opened(cast.customer)
    after = act(cast.agent, ticket, "macro", {"macroId": macro.pk})
    greeting = "أهلًا" if cast.customer.language == "ar" else "Hello"
    assert bodies(cast.customer, ticket)[-1] == f"{greeting} {cast.customer.name}"
    assert (after["status"], after["priority"], after["tags"]) == ("pending", "high", ["late"])
    assert after["assignee"]["id"] == str(cast.agent.pk)
    assert actions(ticket)[-1] == "TICKET_MACRO_APPLIED"
    assert told(ticket).count("ticket-replied") == 1


def test_what_may_not_be_done_in_part_is_not_done_at_all(cast, macro):
    ticket = opened(cast.customer)
    helper = with_rights(cast.outsider, "tickets.view", "tickets.reply")
    unchanged = len(bodies(cast.lead, ticket)), actions(ticket)
    assert tried(helper, ticket, "macro", {"macroId": macro.pk}).status_code == 403
    assert (len(bodies(cast.lead, ticket)), actions(ticket)) == unchanged


def test_a_reply_that_lacks_a_value_is_not_sent(cast):
    macro = save_macro(None, changes={"name_ar": "أ", "name_en": "A", "reply_en": "Order {order_id}"}, by=cast.lead)
    ticket, with_order = opened(cast.customer), opened(cast.customer, orderId="SA-1")
    refused = refusal(tried(cast.agent, ticket, "macro", {"macroId": macro.pk}), 400, "invalid")
    assert "{order_id}" in refused["message"]
    assert len(bodies(cast.agent, ticket)) == 1
    act(cast.agent, with_order, "macro", {"macroId": macro.pk})
    assert bodies(cast.agent, with_order)[-1] == "Order SA-1"


def test_the_same_choice_sent_twice_is_carried_out_once(cast, macro):
    ticket = opened(cast.customer)
    body = {"macroId": macro.pk, "clientMessageId": "once"}
    act(cast.agent, ticket, "macro", body)
    unchanged = footprint()
    act(cast.agent, ticket, "macro", body)
    assert footprint() == unchanged


def test_a_thread_that_moved_on_is_shown_before_it_is_answered(cast, macro):
    ticket = opened(cast.customer)
    newest = data(Api(cast.agent).get(f"/tickets/{ticket['id']}/messages"))[-1]["id"]
    replied(cast.customer, ticket, "It has come!")
    late = tried(cast.agent, ticket, "macro", {"macroId": macro.pk, "lastSeenMessageId": newest})
    assert late.status_code == 409
    assert seen(cast.agent, ticket)["status"] == "open"


@pytest.mark.parametrize("given", [{}, {"macroId": "x"}, {"macroId": 99999999}, {"macroId": None}])
def test_a_macro_that_is_not_on_offer_is_refused(cast, macro, given):
    ticket = opened(cast.customer)
    assert tried(cast.agent, ticket, "macro", given).status_code == 400
    assert tried(cast.customer, ticket, "macro", {"macroId": macro.pk}).status_code == 403
    Macro.objects.update(is_active=False)
    assert tried(cast.agent, ticket, "macro", {"macroId": macro.pk}).status_code == 400
    assert data(Api(cast.agent).get("/tickets/macros")) == []


def test_the_page_offers_macros_with_what_they_do_and_carries_one_out(cast, macro):
    ticket, desk = row(opened(cast.customer)), Desk(cast.agent)
    page = words_of(desk.open(ticket), 'id="menu-macro"', "</details>")
    assert "Order late" in page
    assert "Pending" in page
    done = desk.do(ticket, "macro", follow=True, macro_id=macro.pk)
    assert "The macro was carried out." in words_of(done)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.tags) == ("pending", ["late"])


def test_many_tickets_take_a_macro_and_each_refusal_is_told(cast, macro):
    first, second, merged = (row(opened(cast.customer)) for _number in range(3))
    act(cast.lead, {"id": str(first.pk)}, "merge", {"sourceIds": [str(merged.pk)]})
    desk = Desk(cast.lead)
    chosen = {"action": "macro", "_selected_action": [first.pk, second.pk, merged.pk]}
    asked = desk.client.post("/admin/tickets/ticket/?view=all", chosen)
    assert "Order late" in text_of(asked)
    carried = {**chosen, "carry_out": "1", "macro": macro.pk, "key": "k"}
    done = words_of(desk.client.post("/admin/tickets/ticket/?view=all", carried, follow=True))
    assert "2 tickets were changed." in done
    assert f"{merged.number}:" in done
    second.refresh_from_db()
    assert second.status == "pending"


def test_macros_are_kept_on_their_pages_by_those_who_keep_canned_responses(cast):
    desk = Desk(cast.lead)
    typed = {"name_ar": "إغلاق", "name_en": "Close it", "status": "closed", "tags": "done, late", "is_active": "on"}
    assert desk.client.post(f"{MACROS}add/", typed).status_code == 302
    macro = Macro.objects.get()
    assert (macro.status, macro.tags, macro.priority, macro.holder) == ("closed", ["done", "late"], None, "")
    again = desk.client.post(f"{MACROS}add/", {**typed, "name_ar": "آخر"})
    assert "There is a macro of this name already." in words_of(again)
    nothing = desk.client.post(f"{MACROS}add/", {"name_ar": "لا شيء", "name_en": "Nothing"})
    assert "A macro needs a reply or a change." in words_of(nothing)
    assert "Close it" in words_of(Desk(cast.agent).client.get(MACROS))
    assert Desk(cast.agent).client.get(f"{MACROS}add/").status_code == 403
    assert desk.client.post(f"{MACROS}{macro.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Macro.objects.exists()


def test_a_macro_does_not_close_a_ticket_by_a_way_the_states_do_not_know(cast):
    macro = save_macro(
        None, changes={"name_ar": "أ", "name_en": "A", "reply_en": "Wait", "status": "pending"}, by=cast.lead
    )
    ticket = opened(cast.customer)
    moved(cast.agent, ticket, "resolved")
    assert tried(cast.agent, ticket, "macro", {"macroId": macro.pk}).status_code == 409
    assert len(bodies(cast.agent, ticket)) == 1


def test_a_part_of_many_is_answered_with_figures_so_far_and_what_was_refused(cast, macro):
    first, merged = (row(opened(cast.customer)) for _number in range(2))
    act(cast.lead, {"id": str(first.pk)}, "merge", {"sourceIds": [str(merged.pk)]})
    chosen = {"action": "macro", "_selected_action": [first.pk, merged.pk], "carry_out": "1", "macro": macro.pk}
    sent = {**chosen, "key": "k", "so_far_done": "10", "so_far_same": "x"}
    client, script = Desk(cast.lead).client, {"HX-Request": "true"}
    answer = client.post("/admin/tickets/ticket/?view=all", sent, headers=script).json()
    assert (answer["done"], answer["same"], answer["words"]) == (11, 0, ["11 tickets were changed."])
    assert [line.partition(":")[0] for line in answer["refused"]] == [merged.number]
    wrong = client.post("/admin/tickets/ticket/?view=all", {**sent, "macro": ""}, headers=script)
    assert (wrong.status_code, wrong["Content-Type"].partition(";")[0]) == (400, "text/html")
