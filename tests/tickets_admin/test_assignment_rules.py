"""Assignment rules: set on their page, carried out by the worker's round, whoever else is at it."""

from __future__ import annotations

import datetime
import threading
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import TeamMembership, User
from accounts.operations import set_active, set_availability
from audit.models import Entry
from notifications.expansion import expand_waiting
from tests.backoffice.door import Pages, errors
from tests.cast import staff
from tests.notifications.acts import kinds_of
from tests.tickets.acts import given, last_entry, moved, opened, replied, row, told
from tickets.assigning.models import AgentTurn, AssignmentRule
from tickets.assigning.run import run_all
from tickets.models import Ticket

RULES = "/admin/tickets/assignmentrule/"


def available(*people: User) -> None:
    for person in people:
        set_availability(person.pk, status="available", by=person)


def ruled(cast, team=None, **values) -> AssignmentRule:
    """A rule made on its page."""
    form = {
        "team": team.pk if team else "",
        "capacity": "10",
        **dict.fromkeys((n for n, v in values.items() if v), "on"),
    }
    form |= {name: value for name, value in values.items() if name == "capacity"}
    answer = Pages(cast.administrator).send(f"{RULES}add/", form)
    assert answer.status_code == 302, errors(answer)
    return AssignmentRule.objects.get(team=team)


def holders(*tickets) -> list[int | None]:
    return [row(ticket).assignee_id for ticket in tickets]


def test_a_rule_is_made_and_changed_on_its_page_and_audited(cast):
    rule = ruled(cast, cast.team, is_active=True, capacity="3")
    assert (rule.is_active, rule.capacity, rule.with_chats, rule.gives_back) == (True, 3, False, False)
    pages = Pages(cast.administrator)
    assert errors(pages.send(f"{RULES}add/", {"team": cast.team.pk, "capacity": "3"}))
    assert errors(pages.send(f"{RULES}add/", {"team": "", "capacity": "0"}))
    changed = pages.send(f"{RULES}{rule.pk}/change/", {"team": cast.team.pk, "capacity": "5", "gives_back": "on"})
    assert changed.status_code == 302
    rule.refresh_from_db()
    assert (rule.is_active, rule.capacity, rule.gives_back) == (False, 5, True)
    entry = Entry.objects.select_related("detail").get(action="ASSIGNMENT_RULE_UPDATED")
    assert (entry.detail.old_values["capacity"], entry.detail.new_values["capacity"]) == (3, 5)
    assert Pages(cast.agent).get(RULES).status_code == 403


@pytest.mark.parametrize(("language", "words"), [("ar", "قواعد الإسناد"), ("en", "Assignment rules")])
def test_the_page_speaks_both_languages(cast, language, words):
    ruled(cast, is_active=True)
    User.objects.filter(pk=cast.administrator.pk).update(language=language)
    page = Pages(cast.administrator).get(RULES).content.decode()
    assert words in page


def test_new_tickets_go_round_to_those_who_are_available_the_longest_unserved_first(cast):
    ruled(cast, is_active=True)
    available(cast.agent, cast.colleague)
    AgentTurn.objects.create(agent=cast.colleague, given_at=timezone.now() - datetime.timedelta(days=2))
    AgentTurn.objects.create(agent=cast.agent, given_at=timezone.now() - datetime.timedelta(days=1))
    tickets = [opened(cast.customer, subject=f"T{n}") for n in range(3)]
    urgent = opened(cast.customer, subject="Urgent", priority="urgent")
    run_all()
    assert holders(urgent, *tickets) == [cast.colleague.pk, cast.agent.pk, cast.colleague.pk, cast.agent.pk]
    entry = last_entry(urgent, "TICKET_ASSIGNED")
    assert entry.actor_model == "System"
    assert told(urgent)[-1] == "ticket-assigned"
    expand_waiting()
    assert "ticket-assigned" in kinds_of(cast.colleague)


def test_a_team_is_given_its_own_tickets_up_to_its_capacity_and_what_is_freed_draws_the_next(cast):
    TeamMembership.objects.create(team=cast.team, user=cast.agent)
    ruled(cast, cast.team, is_active=True, capacity="2")
    available(cast.agent, cast.colleague)
    of_team = [opened(cast.customer, subject=f"T{n}") for n in range(3)]
    Ticket.objects.filter(pk__in=[ticket["id"] for ticket in of_team]).update(team=cast.team)
    other = opened(cast.customer, subject="Of no team")
    run_all()
    assert holders(*of_team, other) == [cast.agent.pk, cast.agent.pk, None, None]
    moved(cast.agent, of_team[0], "resolved")
    run_all()
    assert holders(of_team[2]) == [cast.agent.pk]


def test_nobody_who_is_away_is_given_anything_and_what_waits_goes_to_who_comes(cast):
    ruled(cast, is_active=True)
    ticket = opened(cast.customer)
    set_availability(cast.agent.pk, status="away", by=cast.agent)
    run_all()
    assert holders(ticket) == [None]
    available(cast.agent)
    run_all()
    assert holders(ticket) == [cast.agent.pk]


@pytest.mark.parametrize("gone", ["away", "disabled"])
def test_who_goes_gives_back_what_is_unanswered_where_the_team_wants_it(cast, gone):
    ruled(cast, gives_back=True)
    available(cast.agent)
    unanswered, answered = (given(cast.lead, opened(cast.customer, subject=word), cast.agent) for word in "ab")
    replied(cast.agent, answered, "We look into it.")
    run_all()
    assert holders(unanswered, answered) == [cast.agent.pk, cast.agent.pk]
    if gone == "away":
        set_availability(cast.agent.pk, status="away", by=cast.agent)
    else:
        set_active(cast.agent.pk, active=False, by=cast.administrator)
    run_all()
    assert holders(unanswered, answered) == [None, cast.agent.pk]
    assert last_entry(unanswered, "TICKET_ASSIGNED").actor_model == "System"
    expand_waiting()
    assert "tickets-left-behind" in kinds_of(cast.colleague)
    if gone == "away":
        given(cast.lead, unanswered, cast.agent)
        run_all()
        assert holders(unanswered) == [cast.agent.pk]


def test_nothing_is_given_back_without_the_setting(cast):
    ruled(cast, is_active=True)
    available(cast.agent)
    ticket = given(cast.lead, opened(cast.customer), cast.agent)
    set_availability(cast.agent.pk, status="away", by=cast.agent)
    run_all()
    assert holders(ticket) == [cast.agent.pk]


def test_rounds_side_by_side_give_no_ticket_twice_and_nobody_too_much(committed_cast):
    cast = committed_cast
    people = [cast.agent, cast.colleague, staff("third", "agent")]
    available(*people)
    ruled(cast, is_active=True, capacity="4")
    for number in range(14):
        opened(cast.customer, subject=f"T{number}")
    together = threading.Barrier(3)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            together.wait()
            for _again in range(3):
                run_all()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    run_all()
    held = Counter(Ticket.objects.exclude(assignee=None).values_list("assignee", flat=True))
    assert held == {person.pk: 4 for person in people}
    given_out = Counter(Entry.objects.filter(action="TICKET_ASSIGNED").values_list("entity_id", flat=True))
    assert len(given_out) == 12
    assert set(given_out.values()) == {1}
