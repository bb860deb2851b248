"""Opening a ticket for a customer."""

import pytest
from django.contrib.auth.models import Permission

from tests.cast import fresh
from tests.tickets_admin.desk import fields_of, opened, page_of, photo, text_of, words_of
from tickets.models import Category, Ticket
from uploads.models import Attachment

ADD = "/admin/tickets/ticket/add/"


def new(desk_of, customer, *, shown=None, **typed):
    address = f"{ADD}?customer={customer.pk}"
    page = shown or desk_of.client.get(address)
    return desk_of.client.post(address, {**fields_of(page, ""), **typed})


def test_a_customer_is_found_by_name_or_address(cast, desk):
    agent = desk(cast.agent)
    for words in (cast.stranger.email, "stranger sam", cast.customer.name[:4]):
        assert "?customer=" in text_of(agent.client.get(ADD, {"q": words}))
    page = text_of(agent.client.get(ADD, {"q": cast.agent.name}))
    assert f"?customer={cast.agent.pk}" not in page
    assert "?customer=" not in text_of(agent.client.get(ADD, {"q": "x"}))
    assert "No customer was found." in words_of(agent.client.get(ADD, {"q": "nobody-of-this-name"}))


def test_a_ticket_is_opened_for_a_customer(cast, desk):
    category = Category.objects.create(name_ar="أجهزة", name_en="Devices")
    answer = new(
        desk(cast.agent),
        cast.customer,
        subject="اتصال هاتفي",
        description="العميلة اتصلت.",
        priority="3",
        category_id=category.pk,
        agent_id=cast.colleague.pk,
        team_id=cast.team.pk,
        tags="هاتف",
        attachments=[photo("call.txt")],
    )
    ticket = Ticket.objects.get()
    assert answer.url == page_of(ticket)
    assert (ticket.customer, ticket.created_by, ticket.assignee) == (cast.customer, cast.agent, cast.colleague)
    assert (ticket.priority, ticket.category, ticket.team, ticket.tags) == (3, category, cast.team, ["هاتف"])
    assert Attachment.objects.get().owner_type == "message"


def test_a_form_sent_twice_opens_one_ticket(cast, desk):
    agent = desk(cast.agent)
    page = agent.client.get(f"{ADD}?customer={cast.customer.pk}")
    typed = {"subject": "Once", "description": "Once."}
    first, second = (new(agent, cast.customer, shown=page, **typed) for _time in range(2))
    assert first.url == second.url
    assert Ticket.objects.count() == 1
    changed = new(agent, cast.customer, shown=page, subject="Twice", description="Once.")
    assert changed.status_code == 400
    assert fields_of(changed, "")["subject"] == "Twice"
    assert new(agent, cast.customer, shown=changed).status_code == 302
    assert Ticket.objects.count() == 2


def test_what_is_missing_or_refused_is_said_and_nothing_lost(cast, desk):
    agent = desk(cast.agent)
    missing = new(agent, cast.customer, subject="Only a subject")
    assert missing.status_code == 400
    assert fields_of(missing, "")["subject"] == "Only a subject"
    assert "Write something or attach a file." in text_of(missing)
    refused = new(agent, cast.customer, subject="S", description="D", agent_id=cast.customer.pk, attachments=[photo()])
    assert refused.status_code == 400
    assert "not an agent who can take tickets" in words_of(refused)
    assert "photo.txt" in words_of(refused)
    assert Ticket.objects.count() == 0
    assert new(agent, cast.customer, shown=refused, agent_id="").status_code == 302
    assert Attachment.objects.get(owner_type="message").filename == "photo.txt"


@pytest.mark.parametrize("person", ["manager", "outsider"])
def test_it_takes_the_right_to_open(cast, desk, person):
    user = getattr(cast, person)
    assert desk(user).client.get(ADD).status_code == 403
    assert desk(user).client.post(f"{ADD}?customer={cast.customer.pk}", {"subject": "S"}).status_code == 403
    assert "/ticket/add/" not in text_of(desk(user).open(opened(cast.customer)))


def test_who_may_not_assign_is_not_asked_for_an_agent(cast, desk):
    agent = cast.agent
    agent.groups.clear()
    agent.user_permissions.set(Permission.objects.filter(codename__in=["tickets.create", "tickets.view"]))
    agent = desk(fresh(agent))
    page = agent.client.get(f"{ADD}?customer={cast.customer.pk}")
    assert "agent_id" not in fields_of(page, "")
    assert new(agent, cast.customer, subject="S", description="D", agent_id=cast.colleague.pk).status_code == 302
    assert Ticket.objects.get().assignee is None


@pytest.mark.parametrize("chosen", ["x", "0", "999999", "9" * 30, "-1"])
def test_a_customer_who_is_none_leads_back_to_the_search(cast, desk, chosen):
    page = desk(cast.agent).client.get(ADD, {"customer": chosen})
    assert "Who is it for?" in text_of(page)
    assert desk(cast.agent).client.post(f"{ADD}?customer={cast.agent.pk}", {"subject": "S"}).status_code == 200
    assert Ticket.objects.count() == 0
