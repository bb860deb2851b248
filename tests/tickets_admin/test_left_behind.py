"""Tickets whose agent can answer them no more: they count as nobody's at every door, and others are told."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import TeamMembership, User
from accounts.operations import save_group, save_team, set_active, update_staff
from notifications.expansion import expand_waiting
from tests.api import Api, data
from tests.notifications.acts import kinds_of, listed
from tests.tickets.acts import emitted, given, moved, opened, replied, row
from tests.tickets_admin.desk import words_of
from tickets.assigning.run import run_all


def disable(cast) -> None:
    set_active(cast.colleague.pk, active=False, by=cast.administrator)


def take_groups_away(cast) -> None:
    update_staff(cast.colleague.pk, changes={}, group_ids=[], by=cast.administrator)


def take_the_right_from_the_group(cast) -> None:
    Group.objects.get(name="lead").user_set.add(cast.agent)
    save_group(Group.objects.get(name="agent").pk, name="agent", codenames=["tickets.view"], by=cast.administrator)


def take_from_team(cast) -> None:
    names = {"name_ar": cast.team.name_ar, "name_en": cast.team.name_en}
    save_team(cast.team.pk, **names, active=True, members={cast.agent.pk: False}, by=cast.administrator)


LOSSES = [disable, take_groups_away, take_the_right_from_the_group, take_from_team]


@pytest.fixture
def theirs(cast):
    """A ticket of the team, and one that is over, which the colleague has; and one that another agent has."""
    for person in (cast.agent, cast.colleague):
        TeamMembership.objects.create(team=cast.team, user=person)
    found = opened(cast.customer, subject="Left alone")
    data(Api(cast.lead).post(f"/tickets/{found['id']}/assign", {"agentId": cast.colleague.pk, "teamId": cast.team.pk}))
    moved(cast.agent, given(cast.agent, opened(cast.customer, subject="Over"), cast.colleague), "resolved")
    given(cast.agent, opened(cast.customer, subject="Held"), cast.agent)
    return found


def subjects(answer) -> set[str]:
    return {ticket["subject"] for ticket in data(answer)}


def listed_in_office(page) -> set[str]:
    return {name for name in ("Left alone", "Over", "Held") if name in words_of(page, 'id="result_list"', "</table>")}


@pytest.mark.parametrize("lose", LOSSES)
def test_every_unassigned_filter_finds_what_an_agent_left_behind(cast, desk, theirs, lose):
    office = desk(cast.lead)
    assert "Left alone" not in listed_in_office(office.list(view="unassigned"))
    lose(cast)
    assert listed_in_office(office.list(view="unassigned")) == {"Left alone"}
    assert listed_in_office(office.list(agent="none")) == {"Left alone"}
    assert {"Left alone", "Over"} == listed_in_office(office.list(agent=cast.colleague.pk))
    assert subjects(Api(cast.lead).get("/tickets?agentId=none")) == {"Left alone"}
    assert subjects(Api(cast.lead).post("/tickets/admin/search", {"agentId": "none"})) == {"Left alone"}
    assert subjects(Api(cast.lead).post("/tickets/admin/search", {"agentId": "none", "query": "alone"}))
    home = words_of(office.client.get(reverse("admin:index")))
    assert "Unassigned tickets 1" in home or "1 Unassigned tickets" in home


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_row_and_the_page_keep_who_had_it(cast, desk, theirs, language):
    disable(cast)
    office = desk(cast.agent, language)
    words = {"en": "was with Colleague", "ar": "كانت لدى Colleague"}[language]
    assert words in words_of(office.list(view="unassigned"))
    assert words in words_of(office.open(row(theirs)))
    assert f'value="{cast.colleague.pk}"' in office.open(row(theirs)).content.decode()


def test_a_ticket_given_to_somebody_outside_its_team_is_theirs(cast, theirs):
    take_from_team(cast)
    given(cast.lead, theirs, cast.agent)
    given(cast.lead, theirs, cast.colleague)
    assert subjects(Api(cast.lead).get("/tickets?agentId=none")) == set()


def test_what_was_left_is_held_again_when_the_agent_comes_back(cast, theirs):
    disable(cast)
    set_active(cast.colleague.pk, active=True, by=cast.administrator)
    assert subjects(Api(cast.lead).get("/tickets?agentId=none")) == set()


@pytest.mark.parametrize("lose", LOSSES)
def test_those_who_may_take_it_are_told_once(cast, theirs, lose):
    expand_waiting()
    lose(cast)
    for _twice in range(2):
        run_all()
        expand_waiting()
    [told] = [line for line in listed(cast.agent) if line["kind"] == "tickets-left-behind"]
    assert told["data"] == {"ticketId": theirs["id"]}
    assert "tickets-left-behind" not in kinds_of(cast.outsider)
    assert emitted("queue:tickets")[-1] == "ticket:updated"


def test_those_who_may_take_it_are_told_again_of_another_spell(cast, theirs):
    for active in (False, True, False):
        set_active(cast.colleague.pk, active=active, by=cast.administrator)
        run_all()
    expand_waiting()
    assert kinds_of(cast.agent).count("tickets-left-behind") == 2


def test_a_customers_answer_to_it_tells_those_who_may_take_it(cast, theirs):
    moved(cast.agent, theirs, "pending")
    disable(cast)
    expand_waiting()
    replied(cast.customer, theirs)
    expand_waiting()
    assert kinds_of(cast.agent)[0] == "ticket-replied"
    assert "ticket-replied" not in kinds_of(cast.outsider)
    assert row(theirs).status == "open"
    assert User.objects.get(pk=cast.colleague.pk).pk == row(theirs).assignee_id
