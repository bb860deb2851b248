"""Define what is done on a ticket's page: each by its operation, refused in words, with what was typed kept."""

import pytest

from tests.sla.acts import policy
from tests.tickets_admin.desk import act_of, fields_of, offers, opened, page_of, text_of, words_of
from tickets.models import Category, Link, Merge, Message, Ticket, Watcher
from tickets.operations import assign, change_status, close, escalate, merge, rate, update_ticket
from tickets.states import Priority


def refusal_of(response):
    """Return what the page says on top about the refused form."""
    return words_of(response, after='id="refusal"', before="ticket-columns")


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def test_a_status_is_changed_with_a_note(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    assert 'value="resolved"' in text_of(agent.open(ticket))
    answer = agent.do(ticket, "status", status="pending", note="Waiting for the address.")
    assert answer.url == page_of(ticket)
    assert fresh(ticket).status == "pending"
    assert Message.objects.get(ticket=ticket, is_internal=True).body == "Waiting for the address."


def test_only_the_possible_states_are_offered(cast, desk):
    ticket = opened(cast.customer)
    change_status(ticket.pk, "closed", by=cast.agent)
    page = text_of(desk(cast.agent).open(ticket))
    select = page[page.index('id="status-status"') :]
    assert 'value="open"' in select[: select.index("</select>")]
    assert 'value="pending"' not in select[: select.index("</select>")]
    refused = desk(cast.agent).post(ticket, "status", status="pending")
    assert refused.status_code == 409
    assert "This status change is not possible." in words_of(refused)


def test_a_stale_status_shows_what_came_meanwhile_and_keeps_the_note(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    update_ticket(ticket.pk, changes={"priority": Priority.URGENT}, by=cast.colleague)
    refused = agent.do(ticket, "status", shown=page, status="on_hold", note="Asked the factory.")
    assert refused.status_code == 409
    assert fresh(ticket).status == "open"
    shown = refusal_of(refused)
    assert "Someone changed this meanwhile." in shown
    assert cast.colleague.name in shown
    assert "Priority: from Normal to Urgent" in shown
    assert "Ticket created" not in shown
    assert fields_of(refused, act_of(ticket, "status"))["note"] == "Asked the factory."
    assert agent.do(ticket, "status", shown=refused).status_code == 302
    assert fresh(ticket).status == "on_hold"


def test_a_ticket_is_assigned_to_an_agent_and_a_team(cast, desk):
    ticket = opened(cast.customer)
    desk(cast.agent).do(ticket, "assign", agent_id=cast.colleague.pk, team_id=cast.team.pk)
    assert (fresh(ticket).assignee, fresh(ticket).team) == (cast.colleague, cast.team)
    released = desk(cast.agent).do(ticket, "assign", agent_id="", follow=True)
    assert (fresh(ticket).assignee, fresh(ticket).team) == (None, cast.team)
    assert "The ticket is with nobody now." in words_of(released)
    again = desk(cast.agent).do(ticket, "assign", follow=True)
    assert "Nothing was changed." in words_of(again)


def test_one_takes_a_ticket_with_one_button(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    agent.do(ticket, "take")
    assert fresh(ticket).assignee == cast.agent
    assert not offers(agent.open(ticket), ticket, "take")


def test_taking_a_ticket_that_another_took_first_is_refused(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    assign(ticket.pk, agent_id=cast.colleague.pk, by=cast.lead)
    refused = agent.do(ticket, "take", shown=page)
    assert refused.status_code == 409
    assert cast.colleague.name in refusal_of(refused)
    assert fresh(ticket).assignee == cast.colleague


@pytest.mark.parametrize("agent_id", ["x", "-1", "9" * 30, "١٢"])
def test_what_is_no_agent_is_refused(cast, desk, agent_id):
    ticket = opened(cast.customer)
    assert desk(cast.agent).do(ticket, "assign", agent_id=agent_id).status_code == 400
    assert desk(cast.agent).do(ticket, "assign", agent_id=cast.customer.pk).status_code == 400
    assert fresh(ticket).assignee is None


def test_fields_are_changed_and_only_those_that_were_touched(cast, desk):
    category = Category.objects.create(name_ar="أجهزة", name_en="Devices")
    ticket = opened(cast.customer, order_id="A-1")
    typed = {"subject": "Screen", "priority": "4", "category_id": category.pk, "tags": "vip، شاشة, vip"}
    desk(cast.agent).do(ticket, "fields", **typed, product_id="P-2")
    now = fresh(ticket)
    assert (now.subject, now.priority, now.category, now.tags) == ("Screen", 4, category, ["vip", "شاشة"])
    assert (now.order_id, now.product_id) == ("A-1", "P-2")


def test_stale_fields_keep_ones_own_change_and_take_the_others(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    update_ticket(ticket.pk, changes={"priority": Priority.HIGH, "order_id": "B-2"}, by=cast.colleague)
    refused = agent.do(ticket, "fields", shown=page, subject="My subject")
    assert refused.status_code == 409
    typed = fields_of(refused, act_of(ticket, "fields"))
    assert (typed["subject"], typed["priority"], typed["order_id"]) == ("My subject", "3", "B-2")
    assert agent.do(ticket, "fields", shown=refused).status_code == 302
    now = fresh(ticket)
    assert (now.subject, now.priority, now.order_id) == ("My subject", 3, "B-2")


def test_too_many_and_too_long_tags_are_refused_in_place(cast, desk):
    ticket = opened(cast.customer)
    refused = desk(cast.agent).do(ticket, "fields", tags=",".join(f"t{n}" for n in range(21)))
    assert refused.status_code == 400
    assert "At most 20 tags." in words_of(refused)
    assert desk(cast.agent).do(ticket, "fields", tags="x" * 41).status_code == 400


def test_an_escalation_sent_twice_is_one(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    page = agent.open(ticket)
    for _time in range(2):
        assert agent.do(ticket, "escalate", shown=page, reason="Waiting for days.").status_code == 302
    now = fresh(ticket)
    assert (now.escalation_level, now.priority) == (1, 3)
    again = agent.do(ticket, "escalate", shown=page, reason="Another reason.")
    assert again.status_code == 400
    assert fields_of(again, act_of(ticket, "escalate"))["reason"] == "Another reason."
    assert agent.do(ticket, "escalate", shown=again).status_code == 302
    assert fresh(ticket).escalation_level == 2


def test_tickets_are_merged_by_number_and_unmerged(cast, desk):
    ticket, other = opened(cast.customer), opened(cast.customer, "Again")
    lead = desk(cast.lead)
    digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    lead.do(ticket, "merge", source_ids=f"\u200f #{other.number.lower().translate(digits)} ")
    assert fresh(other).merged_into == ticket
    page = lead.open(ticket)
    assert other.number in text_of(page)
    lead.do(ticket, "unmerge", shown=page)
    assert fresh(other).merged_into is None
    assert Merge.objects.get().undone_at


def test_a_merged_ticket_is_unmerged_from_its_own_page(cast, desk):
    ticket, other = opened(cast.customer), opened(cast.customer, "Again")
    merge(ticket.pk, [other.pk], by=cast.lead)
    desk(cast.lead).do(other, "unmerge")
    assert fresh(other).merged_into is None


@pytest.mark.parametrize("number", ["TKT-2026-999999", "", "12 34", "'; drop table", "9" * 40])
def test_a_merge_with_what_is_not_there_is_refused_in_place(cast, desk, number):
    ticket = opened(cast.customer)
    refused = desk(cast.lead).do(ticket, "merge", source_ids=number)
    assert refused.status_code == 400
    assert fields_of(refused, act_of(ticket, "merge"))["source_ids"] == number


def test_a_merge_with_itself_or_another_customers_ticket_is_refused(cast, desk):
    ticket, foreign = opened(cast.customer), opened(cast.stranger)
    lead = desk(cast.lead)
    assert "merged into itself" in words_of(lead.do(ticket, "merge", source_ids=ticket.number))
    assert "different customers" in words_of(lead.do(ticket, "merge", source_ids=foreign.number))


def test_a_ticket_is_closed_and_reopened(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    agent.do(ticket, "close")
    assert fresh(ticket).status == "closed"
    page = agent.open(ticket)
    assert not offers(page, ticket, "close")
    agent.do(ticket, "reopen", shown=page)
    assert fresh(ticket).status == "open"


def test_one_watches_and_watches_no_more(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    agent.do(ticket, "watch")
    assert Watcher.objects.get().user == cast.agent
    page = agent.open(ticket)
    assert not offers(page, ticket, "watch")
    agent.do(ticket, "unwatch", shown=page)
    assert not Watcher.objects.exists()


def test_tickets_are_linked_and_unlinked(cast, desk):
    ticket, other = opened(cast.customer), opened(cast.stranger)
    agent = desk(cast.agent)
    agent.do(ticket, "link", ticket_id=f"#{other.number}.", kind="follow_up")
    assert Link.objects.get().other == other
    page = agent.open(other)
    assert "Followed by" in words_of(page)
    agent.do(other, "unlink", shown=page)
    assert not Link.objects.exists()
    refused = agent.do(ticket, "link", ticket_id="TKT-2026-424242", kind="related")
    assert refused.status_code == 400
    assert "no ticket of this number" in words_of(refused)


def test_the_rating_and_the_customers_other_tickets_are_shown(cast, desk):
    ticket, other = opened(cast.customer), opened(cast.customer, "Earlier trouble")
    opened(cast.stranger, "Not his")
    change_status(ticket.pk, "resolved", by=cast.agent)
    rate(ticket.pk, rating=4, feedback="ممتاز", by=cast.customer)
    page = words_of(desk(cast.agent).open(ticket))
    assert "Rated 4 of 5" in page
    assert "ممتاز" in page
    assert "Earlier trouble" in page
    assert other.number in page
    assert "Not his" not in page


def test_the_service_level_is_shown_only_when_a_policy_promises_one(cast, desk):
    agent = desk(cast.agent)
    assert "Service level" not in text_of(agent.open(opened(cast.customer)))
    policy(cast.administrator, first=60, resolution=600)
    page = text_of(agent.open(opened(cast.customer)))
    assert "Service level" in page
    assert "First response" in page


def test_history_is_told_in_words_in_both_languages(cast, desk):
    ticket = opened(cast.customer)
    assign(ticket.pk, agent_id=cast.colleague.pk, by=cast.lead)
    escalate(ticket.pk, reason="Because", by=cast.lead)
    close(ticket.pk, by=cast.lead)
    english = words_of(desk(cast.agent).client.get(f"/admin/tickets/ticket/{ticket.pk}/history/"))
    for words in (
        "Ticket assigned",
        cast.colleague.name,
        "Ticket escalated",
        "Because",
        "Open",
        "Closed",
    ):
        assert words in english
    assert "in_progress" not in english
    arabic = words_of(desk(cast.agent, "ar").client.get(f"/admin/tickets/ticket/{ticket.pk}/history/"))
    assert "مغلقة" in arabic


def test_an_address_of_an_act_read_again_leads_to_the_page(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    assert agent.client.get(act_of(ticket, "reply")).url == page_of(ticket)
    assert agent.post(ticket, "explode").status_code == 404


def test_the_page_is_found_by_number_too_and_nothing_else(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(cast.agent)
    assert agent.client.get(f"/admin/tickets/ticket/{ticket.number}/change/").status_code == 200
    for ref in ("999999", "TKT-2026-999999", "abc", "0x10"):
        assert agent.client.get(f"/admin/tickets/ticket/{ref}/change/").status_code == 404


def test_the_page_names_its_room_and_head(cast, desk, settle):
    ticket = opened(cast.customer)
    settle()
    page = text_of(desk(cast.agent).open(ticket))
    assert f'data-rt-room="ticket-staff:{ticket.pk}"' in page
    assert 'data-rt-seq="' in page
