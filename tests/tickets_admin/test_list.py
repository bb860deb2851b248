"""The list of tickets: views, filters, search, and many at once."""

import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import TeamMembership
from accounts.operations import update_profile
from audit.models import Entry
from core.api import lists
from tests.cast import customer, fresh
from tests.tickets_admin.desk import act_of, fields_of, opened, text_of, words_of
from tickets.admin import bulk as bulk_module
from tickets.admin import inbox
from tickets.models import Category, SavedView, Ticket
from tickets.operations import NewMessage, add_message, assign, change_status, close, update_ticket
from tickets.states import Priority
from uploads.incoming import IncomingFile
from uploads.operations import store_files


@pytest.fixture
def some(cast):
    """A ticket of each sort, by name."""
    category = Category.objects.create(name_ar="أجهزة", name_en="Devices")
    made = {
        "mine": opened(cast.customer, "mine", category_id=category.pk),
        "free": opened(cast.stranger, "free", priority=Priority.URGENT, order_id="ORD-55"),
        "waiting": opened(cast.customer, "waiting"),
        "done": opened(cast.customer, "done"),
    }
    assign(made["mine"].pk, agent_id=cast.agent.pk, team_id=cast.team.pk, by=cast.lead)
    for name in ("waiting", "done"):
        assign(made[name].pk, agent_id=cast.colleague.pk, by=cast.lead)
    change_status(made["waiting"].pk, "on_hold", by=cast.agent)
    change_status(made["done"].pk, "resolved", by=cast.agent)
    return made


def shown(some, response):
    page = text_of(response)
    return {name for name, ticket in some.items() if ticket.number in page}


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, {"mine", "free"}),
        ({"view": "all"}, {"mine", "free", "waiting", "done"}),
        ({"view": "team"}, set()),
        ({"view": "waiting"}, set()),
        ({"view": "breaching"}, set()),
        ({"sla": "no"}, {"mine", "free", "waiting", "done"}),
        ({"rated": "yes"}, set()),
        ({"tag": "no-such-tag"}, set()),
        ({"view": "mine"}, {"mine"}),
        ({"view": "unassigned"}, {"free"}),
        ({"view": "open"}, {"mine", "free"}),
        ({"view": "pending"}, {"waiting"}),
        ({"view": "resolved"}, {"done"}),
        ({"status": "on_hold"}, {"waiting"}),
        ({"priority": "urgent"}, {"free"}),
        ({"agent": "none"}, {"free"}),
        ({"agent": "junk"}, set()),
        ({"agent": "9" * 30}, set()),
        ({"category": "none"}, {"free", "waiting", "done"}),
        ({"team": "none"}, {"free", "waiting", "done"}),
        ({"files": "yes"}, set()),
        ({"files": "no"}, {"mine", "free", "waiting", "done"}),
        ({"created_at_from": "2020-01-01", "created_at_to": "2020-12-31"}, set()),
        ({"created_at_from": "2020-01-01"}, {"mine", "free", "waiting", "done"}),
        ({"q": "ord-55"}, {"free"}),
        ({"q": "Stranger free"}, {"free"}),
        ({"q": "سارة"}, {"mine", "waiting", "done"}),
        ({"q": "nothing-of-this"}, set()),
        ({"q": "100%"}, set()),
        ({"q": "_"}, set()),
        ({"q": "ساره"}, {"mine", "waiting", "done"}),
        ({"q": "ord-٥٥"}, {"free"}),
        ({"view": "mine", "q": "free"}, set()),
    ],
)
def test_views_filters_and_search_show_what_they_say(cast, desk, some, filters, names):
    page = desk(cast.agent).list(**filters)
    assert page.status_code == 200
    assert shown(some, page) == names


@pytest.mark.parametrize(
    "filters",
    [{"q": "a\x00b"}, {"p": "9999"}, {"created_at_from": "yesterday"}, {"o": "x"}, {"after": "made-up"}, {"sort": "x"}],
)
def test_what_makes_no_sense_leads_to_the_plain_list(cast, desk, some, filters):
    agent = desk(cast.agent)
    page = agent.client.get("/admin/tickets/ticket/", filters, follow=True)
    assert page.status_code == 200
    assert shown(some, page) == {"mine", "free"}


def test_a_view_is_no_filter(cast, desk):
    agent = desk(cast.agent)
    empty = text_of(agent.list(view="breaching"))
    assert "Nothing waits here." in empty
    assert '<details class="filters">' in empty
    narrowed = text_of(agent.list(view="breaching", priority="high"))
    assert "Nothing matches." in narrowed
    assert '<details class="filters" open>' in narrowed


def test_what_is_no_filter_of_the_list_is_refused(cast, desk, some):
    assert desk(cast.agent).list(customer__password__startswith="a").status_code == 400


def test_the_view_of_my_teams_shows_what_waits_in_them(cast, desk, some):
    TeamMembership.objects.create(team=cast.team, user=cast.agent)
    assert shown(some, desk(cast.agent).list(view="team")) == {"mine"}


def test_the_filters_by_id_find_things(cast, desk, some):
    agent = desk(cast.agent)
    category = Category.objects.get()
    assert shown(some, agent.list(category=category.pk)) == {"mine"}
    assert shown(some, agent.list(team=cast.team.pk)) == {"mine"}
    assert shown(some, agent.list(agent=cast.colleague.pk)) == {"waiting", "done"}
    assert shown(some, agent.list(customer=cast.stranger.pk)) == {"free"}
    assert cast.stranger.name in text_of(agent.list(customer=cast.stranger.pk))
    assert shown(some, agent.list(q=some["free"].number.lower())) == {"free"}
    assert shown(some, agent.list(q=cast.stranger.email)) == {"free"}


def test_files_of_messages_and_of_notes_are_found(cast, desk, some):
    for name, internal in (("mine", True), ("free", False)):
        kept = store_files([IncomingFile.of("a.txt", b"text\n")], by=cast.agent)
        new = NewMessage(body="see", is_internal=internal, attachments=[str(kept[0].pk)])
        add_message(some[name].pk, new, by=cast.agent)
    assert shown(some, desk(cast.agent).list(files="yes")) == {"mine", "free"}


def test_columns_say_state_and_priority_in_words(cast, desk, some):
    page = words_of(desk(cast.agent).list(view="all"))
    for words in ("On hold", "Urgent", "Devices", cast.colleague.name, "Resolved", cast.stranger.name):
        assert words in page
    arabic = words_of(desk(cast.agent, "ar").list(view="all"))
    for words in ("عاجلة", "أجهزة", "محلولة"):
        assert words in arabic


def test_the_list_names_the_queues_room_for_those_it_carries_events_to(cast, desk):
    assert 'data-rt-room="queue:tickets"' in text_of(desk(cast.agent).list())
    assert "data-rt-room" not in text_of(desk(cast.outsider).list())


def test_one_row_and_twenty_cost_the_same_queries(cast, desk):
    category = Category.objects.create(name_ar="أ", name_en="A")
    agent = desk(cast.agent)

    def queries():
        agent.list()
        with CaptureQueriesContext(connection) as captured:
            assert agent.list().status_code == 200
        return len(captured)

    def one(number):
        ticket = opened(customer(f"Person {number}"), category_id=category.pk)
        assign(ticket.pk, agent_id=cast.agent.pk, by=cast.agent)

    one(0)
    few = queries()
    for number in range(1, 20):
        one(number)
    assert queries() == few <= 16


def test_the_count_stops_and_says_so(cast, desk, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_CAP", 2)
    for _ in range(3):
        opened(cast.customer)
    assert "More than 2 found" in words_of(desk(cast.agent).list())


def bulk(desk_of, action, tickets, **typed):
    """As a browser: choose rows and an action; then, on the page that asks, fill in and carry out."""
    rows = {"action": action, "_selected_action": [ticket.pk for ticket in tickets], "index": "0", "select_across": "0"}
    return desk_of.client.post("/admin/tickets/ticket/", {**rows, **typed}, follow=True)


def test_many_are_taken_at_once(cast, desk, some):
    page = bulk(desk(cast.agent), "take", some.values())
    assert "3 tickets were changed." in words_of(page)
    assert "1 ticket was like that already." in words_of(page)
    assert set(Ticket.objects.values_list("assignee", flat=True)) == {cast.agent.pk}


def test_one_refusal_leaves_the_others_done_and_is_named(cast, desk, some):
    close(some["done"].pk, by=cast.agent)
    agent = desk(cast.agent)
    chosen = [some["free"], some["done"], some["mine"]]
    asked = bulk(agent, "change_status", chosen)
    assert all(ticket.number in words_of(asked) for ticket in chosen)
    page = words_of(bulk(agent, "change_status", chosen, carry_out="1", status="pending", note="Bulk note"))
    assert "2 tickets were changed." in page
    assert f"{some['done'].number}: This status change is not possible." in page
    states = {name: Ticket.objects.get(pk=ticket.pk).status for name, ticket in some.items()}
    assert states == {"mine": "pending", "free": "pending", "waiting": "on_hold", "done": "closed"}


def test_many_are_assigned_to_a_colleague(cast, desk, some):
    agent = desk(cast.agent)
    bulk(agent, "assign", [some["mine"], some["free"]], carry_out="1", agent_id=cast.colleague.pk)
    assert set(Ticket.objects.values_list("assignee", flat=True)) == {cast.colleague.pk}
    refused = words_of(bulk(agent, "assign", [some["free"]], carry_out="1", agent_id=cast.customer.pk))
    assert "not an agent who can take tickets" in refused
    wrong = bulk(agent, "change_status", [some["free"]], carry_out="1", status="sleeping")
    assert wrong.status_code == 400


def test_what_one_does_not_see_is_not_changed(cast, desk, some):
    outsider = cast.outsider
    outsider.user_permissions.add(Permission.objects.get(codename="tickets.assign"))
    bulk(desk(fresh(outsider)), "take", some.values())
    assert Ticket.objects.get(pk=some["mine"].pk).assignee == cast.agent
    assert Ticket.objects.get(pk=some["free"].pk).assignee_id == outsider.pk


@pytest.mark.parametrize("action", ["take", "assign", "change_status"])
def test_actions_need_their_right(cast, desk, some, action):
    assert bulk(desk(cast.manager), action, some.values(), carry_out="1", status="pending").status_code == 403
    assert not Ticket.objects.filter(assignee=cast.manager).exists()
    assert Entry.objects.filter(action="ACCESS_REFUSED", actor_id=str(cast.manager.pk)).exists()


def test_assigning_many_asks_for_a_choice(cast, desk, some):
    agent = desk(cast.agent)
    chosen = [some["mine"], some["waiting"]]
    before = {ticket.pk: Ticket.objects.get(pk=ticket.pk).assignee_id for ticket in chosen}
    for nothing in ({}, {"agent_id": ""}):
        asked = bulk(agent, "assign", chosen, carry_out="1", **nothing)
        assert asked.status_code == 400
        assert "This field is required." in words_of(asked)
    assert {ticket.pk: Ticket.objects.get(pk=ticket.pk).assignee_id for ticket in chosen} == before
    done = words_of(bulk(agent, "assign", [*chosen, some["free"]], carry_out="1", agent_id="nobody"))
    assert "2 tickets were changed." in done
    assert "1 ticket was like that already." in done
    assert not Ticket.objects.exclude(assignee=None).filter(pk__in=before).exists()


@pytest.mark.parametrize(
    "filters", ["view=mine&q=%D8%B4%D8%A7%D8%B4%D8%A9", "status=open&p=2", "created_at_from=2026-01-01"]
)
def test_the_way_back_from_a_ticket_keeps_the_filters_of_the_list(cast, desk, some, filters):
    agent, ticket = desk(cast.agent), some["mine"]
    page = agent.open(ticket, _changelist_filters=filters)
    back = f'href="/admin/tickets/ticket/?{filters.replace("&", "&amp;")}"'
    assert back in text_of(page)
    address = f"{act_of(ticket, 'note')}?{urlencode({'_changelist_filters': filters})}"
    refused = agent.client.post(address, {**fields_of(page, address), "body": ""})
    assert refused.status_code == 400
    assert back in text_of(refused)
    typed = {**fields_of(refused, address), "body": "Asked the warehouse."}
    written = agent.client.post(address, typed, follow=True)
    assert "Asked the warehouse." in words_of(written)
    assert back in text_of(written)


def test_links_of_a_filtered_list_hand_the_filters_on(cast, desk, some):
    mine = some["mine"]
    page = text_of(desk(cast.agent).list(view="mine", status=mine.status, open=mine.pk))
    kept = urlencode({"_changelist_filters": f"status={mine.status}&view=mine"})
    assert f"/{mine.pk}/change/?{kept}" in re.findall(r"/\d+/change/[^\"]*", page)


def test_more_than_one_request_does_is_refused(cast, desk, some, monkeypatch):
    monkeypatch.setattr(bulk_module, "LIMIT", 3)
    page = words_of(bulk(desk(cast.agent), "take", some.values()))
    assert "At most 3 tickets" in page
    assert Ticket.objects.filter(assignee=cast.agent).count() == 1


def test_the_urgent_stand_first_when_sorted(cast, desk, some):
    update_ticket(some["done"].pk, changes={"priority": Priority.LOW}, by=cast.agent)
    page = text_of(desk(cast.agent).list(view="all", sort="priority"))
    assert page.index(some["free"].number) < page.index(some["done"].number)


def test_the_list_is_searched_as_the_api_searches(cast, desk):
    update_profile(cast.customer.pk, changes={"phone": "+966551234567"}, by=cast.customer)
    ticket = opened(fresh(cast.customer), "غسّالة واقفة")
    arabic = ticket.number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed in ("966 55 123 4567", "٠٥٥-١٢٣-٤٥٦٧", "“غسّالة”!", "(واقفه)…", f"[{ticket.number}]", arabic):
        assert ticket.number in text_of(desk(cast.agent).list(q=typed)), typed
    for typed in ("0551234567", "«غسالة»", "واقفة؟", f"#{ticket.number}", f"{ticket.number}."):
        assert ticket.number in text_of(desk(cast.agent).list(q=typed))
    assert ticket.number not in text_of(desk(cast.agent).list(q="0551234568"))


def order_of(response, tickets):
    """The names of the tickets in the order of the page."""
    page = text_of(response)
    return sorted(
        (name for name in tickets if f'id="row-{tickets[name].pk}"' in page),
        key=lambda name: page.index(f'id="row-{tickets[name].pk}"'),
    )


def test_whoever_waits_longest_stands_first_and_answers_move_tickets_down(cast, desk):
    made = {name: opened(cast.customer, name) for name in ("first", "second", "third")}
    agent = desk(cast.agent)
    assert order_of(agent.list(), made) == ["first", "second", "third"]
    add_message(made["first"].pk, NewMessage("An answer."), by=cast.agent)
    assert Ticket.objects.get(pk=made["first"].pk).customer_waits_since is None
    assert order_of(agent.list(), made) == ["second", "third", "first"]
    add_message(made["first"].pk, NewMessage("And now?"), by=cast.customer)
    assert order_of(agent.list(), made) == ["second", "third", "first"]
    assert Ticket.objects.get(pk=made["first"].pk).customer_waits_since is not None


def test_a_customers_message_marks_the_row_until_the_ticket_is_read(cast, desk):
    ticket = opened(cast.customer)
    agent, colleague = desk(cast.agent), desk(cast.colleague)
    assert "is-unread" in text_of(agent.list())
    agent.open(ticket)
    assert "is-unread" not in text_of(agent.list())
    assert "is-unread" in text_of(colleague.list())
    add_message(ticket.pk, NewMessage("One more thing."), by=cast.customer)
    page = text_of(agent.list())
    assert "is-unread" in page
    assert "One more thing." in page


def test_pages_follow_each_other_without_a_gap_or_a_repetition(cast, desk, monkeypatch):
    monkeypatch.setattr(inbox, "PAGE", 2)
    made = {str(number): opened(cast.customer, str(number)) for number in range(5)}
    agent, found, address = desk(cast.agent), [], "/admin/tickets/ticket/"
    for _ in range(3):
        page = agent.client.get(address)
        found += order_of(page, made)
        link = re.search(r'id="next-page" href="([^"]+)"', text_of(page))
        address = "/admin/tickets/ticket/" + link[1].replace("&amp;", "&") if link else ""
    assert found == ["0", "1", "2", "3", "4"]
    assert not address


def test_a_search_is_kept_under_a_name_for_oneself_or_for_all(cast, desk, some):
    agent, colleague = desk(cast.agent), desk(cast.colleague)
    save = "/admin/tickets/ticket/views/save/"
    agent.client.post(save, {"name": "Urgent ones", "parameters": "priority=urgent&password=x"})
    agent.client.post(save, {"name": "On hold", "parameters": "status=on_hold", "shared": "on"})
    assert SavedView.objects.get(name="Urgent ones").parameters == {"priority": "urgent"}
    assert "Urgent ones" in words_of(agent.list())
    assert "Urgent ones" not in words_of(colleague.list())
    assert 'href="?status=on_hold"' in text_of(colleague.list())
    shared = SavedView.objects.get(name="On hold")
    colleague.client.post(f"/admin/tickets/ticket/views/{shared.pk}/remove/")
    assert SavedView.objects.filter(pk=shared.pk).exists()
    agent.client.post(f"/admin/tickets/ticket/views/{shared.pk}/remove/")
    assert not SavedView.objects.filter(pk=shared.pk).exists()
    refused = agent.client.post(save, {"name": " ", "parameters": "status=open"}, follow=True)
    assert "at most 60 characters" in words_of(refused)


def test_many_get_a_priority_and_tags_and_are_merged_into_one(cast, desk, some):
    lead = desk(cast.lead)
    bulk(lead, "change_priority", [some["mine"], some["free"]], carry_out="1", priority="3")
    assert {Ticket.objects.get(pk=some[name].pk).priority for name in ("mine", "free")} == {Priority.HIGH}
    bulk(lead, "add_tags", [some["mine"]], carry_out="1", tags="vip, phone")
    assert Ticket.objects.get(pk=some["mine"].pk).tags == ["vip", "phone"]
    chosen = [some["mine"], some["waiting"], some["free"]]
    assert "Choose…" in words_of(bulk(lead, "merge", chosen))
    page = words_of(bulk(lead, "merge", chosen, carry_out="1", target=some["mine"].pk))
    assert "1 ticket was changed." in page
    assert f"{some['free'].number}:" in page
    assert Ticket.objects.get(pk=some["waiting"].pk).merged_into_id == some["mine"].pk
    assert bulk(lead, "merge", chosen, carry_out="1").status_code == 400
