"""Say who sees which tickets and what is offered to whom; what is not offered is refused all the same."""

import pytest
from django.contrib.auth.models import Permission

from audit.models import Entry
from tests.cast import fresh
from tests.client import Client
from tests.tickets_admin.desk import act_of, fields_of, offers, opened, page_of, text_of, words_of
from tickets.models import Message, Ticket
from tickets.operations import NewMessage, add_message, assign, watch

ACTS = ("reply", "note", "status", "assign", "take", "fields", "escalate", "merge", "link", "close", "watch")
TYPED = {
    "reply": {"body": "text", "client_message_id": "a"},
    "note": {"body": "text", "client_message_id": "b"},
    "status": {"status": "pending"},
    "assign": {"agent_id": ""},
    "take": {},
    "fields": {"subject": "Other", "initial-subject": "A broken screen", "priority": "2", "initial-priority": "2"},
    "escalate": {"reason": "text", "key": "c"},
    "merge": {"source_ids": "TKT-2026-000001"},
    "link": {"ticket_id": "TKT-2026-000001", "kind": "related"},
    "close": {},
    "watch": {},
}


def restricted(user, *codenames):
    """The user with these rights alone."""
    user.groups.clear()
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="support", codename__in=codenames))
    return fresh(user)


def test_a_manager_reads_everything_and_is_offered_nothing(cast, desk):
    ticket = opened(cast.customer)
    add_message(ticket.pk, NewMessage(body="A note for staff.", is_internal=True), by=cast.agent)
    page = desk(cast.manager).open(ticket)
    assert "A note for staff." in text_of(page)
    assert [act for act in ACTS if offers(page, ticket, act)] == []
    listed = text_of(desk(cast.manager).list())
    assert ticket.number in listed
    assert 'name="action"' not in listed


@pytest.mark.parametrize("act", ACTS)
def test_what_is_not_offered_is_refused_and_remembered(cast, desk, act):
    ticket, other = opened(cast.customer, "A broken screen"), opened(cast.customer)
    typed = {name: other.number if value.startswith("TKT-") else value for name, value in TYPED[act].items()}
    before = (Ticket.objects.values().get(pk=ticket.pk), Message.objects.count())
    refused = desk(cast.manager).post(ticket, act, **typed)
    assert refused.status_code == 403
    assert "You do not have permission to do this." in words_of(refused)
    assert (Ticket.objects.values().get(pk=ticket.pk), Message.objects.count()) == before
    assert Entry.objects.filter(action="ACCESS_REFUSED", actor_id=cast.manager.pk).exists()


def test_text_refused_for_want_of_a_right_is_kept(cast, desk):
    ticket = opened(cast.customer)
    refused = desk(cast.manager).post(ticket, "reply", body="Long text.", client_message_id="x")
    assert fields_of(refused, act_of(ticket, "reply"))["body"] == "Long text."


@pytest.mark.parametrize(
    ("right", "act"),
    [
        ("tickets.reply", "reply"),
        ("tickets.reply", "note"),
        ("tickets.update", "status"),
        ("tickets.update", "fields"),
        ("tickets.update", "watch"),
        ("tickets.update", "link"),
        ("tickets.assign", "assign"),
        ("tickets.assign", "take"),
        ("tickets.escalate", "escalate"),
        ("tickets.close", "close"),
        ("tickets.merge", "merge"),
    ],
)
def test_each_right_offers_its_own_acts(cast, desk, right, act):
    ticket = opened(cast.customer)
    without = desk(restricted(cast.agent, "tickets.view_all", "tickets.view")).open(ticket)
    assert not offers(without, ticket, act)
    able = desk(restricted(cast.agent, "tickets.view_all", "tickets.view", right)).open(ticket)
    assert offers(able, ticket, act)


def test_without_the_right_to_close_resolving_is_neither_offered_nor_done(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(restricted(cast.agent, "tickets.view_all", "tickets.update", "tickets.reply"))
    assert 'value="resolved"' not in text_of(agent.open(ticket))
    assert agent.post(ticket, "status", status="resolved").status_code == 403
    refused = agent.do(ticket, "reply", body="Kept?", status="resolved")
    assert refused.status_code == 403
    assert Message.objects.filter(ticket=ticket).count() == 1


def test_an_outsider_sees_only_what_is_his(cast, desk):
    theirs, open_to_all = opened(cast.customer, "Of the team"), opened(cast.stranger, "Of nobody")
    assign(theirs.pk, agent_id=None, team_id=cast.team.pk, by=cast.lead)
    outsider = desk(cast.outsider)
    listed = text_of(outsider.list())
    assert theirs.number not in listed
    assert open_to_all.number in listed
    assert "Nothing matches." in text_of(outsider.list(q=theirs.number))
    assert outsider.open(theirs).status_code == 404
    absent, foreign = (
        words_of(outsider.open(ticket)).rpartition("Reference number ") for ticket in (999_999_999, theirs)
    )
    assert absent[0] == foreign[0] != ""
    assert outsider.post(theirs, "reply", body="x", client_message_id="y").status_code == 404
    assert outsider.client.get(f"/admin/tickets/ticket/{theirs.pk}/history/").status_code == 404
    assert outsider.client.get(f"/admin/tickets/ticket/{theirs.pk}/canned/").status_code == 404
    assert theirs.number not in text_of(outsider.open(open_to_all))
    watch(theirs.pk, cast.outsider.pk, by=cast.lead)
    assert outsider.open(theirs).status_code == 200


def test_a_ticket_that_leaves_ones_sight_leads_back_to_the_list(cast, desk):
    ticket = opened(cast.customer)
    agent = desk(restricted(cast.agent, "tickets.view", "tickets.assign"))
    answer = agent.do(ticket, "assign", team_id=cast.team.pk)
    assert answer.url == "/admin/tickets/ticket/"


def test_no_customer_gets_in_and_nobody_without_a_session(cast, desk):
    ticket = opened(cast.customer)
    for client in (Client(), desk(cast.customer).client, desk(cast.guest).client):
        for address in ("/admin/tickets/ticket/", page_of(ticket), "/admin/tickets/ticket/add/"):
            answer = client.get(address)
            assert answer.status_code == 302
            assert "/login/" in answer.url
        assert client.post(act_of(ticket, "reply"), {"body": "x"}).status_code == 302
    assert Message.objects.count() == 1


def test_staff_without_any_right_see_no_list(cast, desk):
    nobody = desk(restricted(cast.agent))
    assert nobody.list().status_code == 403
    assert nobody.open(opened(cast.customer)).status_code == 404


def test_forms_without_a_token_are_refused(cast):
    ticket = opened(cast.customer)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.agent)
    assert client.post(act_of(ticket, "close")).status_code == 400
    assert Ticket.objects.get(pk=ticket.pk).status == "open"
