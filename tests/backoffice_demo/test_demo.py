"""Define what `manage.py demo` makes, even when it was interrupted on the way."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from audit.models import Entry, Link
from backoffice.demo import checkpoint
from backoffice.demo.make import OPENED
from backoffice.demo.people import CUSTOMERS, PASSWORD, SIGN_INS, STAFF, Worker
from backoffice.demo.plan import plan
from backoffice.demo.shop import CANNED, CATEGORIES, POLICIES
from chat.models import ChatMessage, ChatRating, Session
from notifications.models import Item
from realtime.models import Event
from tests.api import Api, data
from tests.backoffice_demo.conftest import SIZE
from tickets.models import CannedResponse, Category, Merge, Message, Rating, Ticket, Watcher
from tickets.models import Link as TicketLink
from tickets.sla.models import BusinessCalendar, SlaEvent, SlaPolicy
from tickets.states import Status
from uploads.models import Attachment

pytestmark = pytest.mark.usefixtures("made")


def planned():
    found = checkpoint.latest()
    assert found is not None
    return plan(SIZE, found[1] + OPENED)


def rows() -> dict[str, int]:
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        counts = {}
        for table in tables:
            cursor.execute(f'select count(*) from "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def test_an_interrupted_demo_is_finished_without_doubling():
    steps = planned()
    verbs = Counter(step.verb for step in steps)
    assert Ticket.objects.count() == SIZE
    assert User.objects.filter(email__endswith="@demo.test").count() == len(STAFF) + len(CUSTOMERS)
    assert Category.objects.count() == len(CATEGORIES)
    assert CannedResponse.objects.count() == len(CANNED)
    written = ("create", "reply", "note", "escalate", "chat_ticket")
    assert Message.objects.count() == sum(verbs[verb] for verb in written)
    assert Session.objects.count() == verbs["chat_start"]
    assert ChatRating.objects.count() == verbs["chat_rate"]
    assert Rating.objects.count() == verbs["rate"]
    assert Merge.objects.count() == verbs["merge"] > 0
    bodies = {step.body for step in steps if step.verb in ("create", "reply", "note", "escalate")}
    assert bodies == set(Message.objects.exclude(opens__in=of_chats()).values_list("body", flat=True))


def of_chats() -> list[int]:
    """The tickets that were made of chats."""
    return list(Session.objects.exclude(ticket=None).values_list("ticket_id", flat=True))


def test_the_size_of_the_first_run_counts_and_the_sign_ins_are_said(made):
    assert f"{SIZE} tickets" in made
    for person in SIGN_INS:
        assert person.email in made


def test_a_second_run_adds_nothing_and_says_so():
    before = rows()
    said = StringIO()
    call_command("demo", stdout=said)
    assert rows() == before
    assert "already there" in said.getvalue()


def test_a_finished_demo_stays_as_it_is_when_real_people_came_since():
    user = User.objects.create(email="real@example.test", name="Real", role="customer")
    try:
        call_command("demo", stdout=StringIO())
    finally:
        user.delete()
    assert Ticket.objects.count() == SIZE


def test_every_status_and_both_languages_are_there():
    assert set(Ticket.objects.values_list("status", flat=True)) == set(Status.values)
    languages = Counter(Ticket.objects.values_list("customer__language", flat=True))
    assert languages["ar"] > languages["en"] > SIZE // 5
    for ticket in Ticket.objects.exclude(pk__in=of_chats()).select_related("customer"):
        arabic = sum("\u0621" <= letter <= "\u064a" for letter in ticket.description)
        assert (arabic > len(ticket.description) / 3) is (ticket.customer.language == "ar"), ticket.description


def test_one_urgent_ticket_has_no_agent_and_one_is_stuck():
    urgent = Ticket.objects.filter(assignee=None, priority=4, status=Status.OPEN)
    assert urgent.exists()
    day_ago = timezone.now() - timedelta(hours=24)
    assert Ticket.objects.filter(status=Status.IN_PROGRESS, last_activity_at__lt=day_ago).exists()


def test_what_tickets_can_do_has_been_done():
    assert Ticket.objects.filter(escalation_level__gt=0).exists()
    assert Ticket.objects.filter(reopen_count__gt=0).exists()
    assert Ticket.objects.exclude(merged_into=None).exists()
    assert TicketLink.objects.filter(kind="follow_up").exists()
    assert Watcher.objects.exists()
    assert Rating.objects.exclude(feedback="").exists()
    assert Message.objects.filter(is_internal=True, body__contains="@").exists()


def test_chats_of_every_kind_are_there():
    states = Counter(Session.objects.values_list("status", flat=True))
    assert (states["waiting"], states["active"], states["bot"]) == (3, 2, 0)
    assert states["ended"] >= 9
    assert of_chats()
    said = ChatMessage.objects.all()
    assert said.filter(author_type="bot", rule_id__isnull=False).exists()
    assert said.filter(author_type="bot", rule_id=None).exists()
    assert said.filter(is_internal=True).exists()
    assert ChatRating.objects.exclude(feedback="").exclude(agent=None).exists()
    assert Entry.objects.filter(action="CHAT_SESSION_TRANSFERRED").exists()
    assert not Session.objects.open().filter(customer__email__startswith="customer").exists()


def test_what_the_bot_and_people_say_is_in_the_chats_language():
    for session in Session.objects.prefetch_related("messages"):
        for message in session.messages.exclude(author_type="system").filter(is_internal=False):
            letters = [letter for letter in message.body if letter.isalpha()]
            arabic = sum("\u0621" <= letter <= "\u064a" for letter in letters)
            if len(letters) > 12:
                assert (arabic > len(letters) / 2) is (session.language == "ar"), message.body


def test_chats_go_forward_in_time_and_what_was_answered_has_been_read():
    now = timezone.now()
    for session in Session.objects.all():
        times = list(session.messages.order_by("pk").values_list("created_at", flat=True))
        assert [session.created_at, *times] == sorted([session.created_at, *times])
        assert max(times) <= (session.ended_at or now)
    unread = ChatMessage.objects.filter(session__status="ended", author_type__in=["customer", "agent"], read_at=None)
    agents = unread.exclude(session__agent=None).exclude(is_internal=True)
    assert not agents.exists()


def test_threads_go_forward_in_time_and_nothing_is_in_the_future():
    now = timezone.now()
    for ticket in Ticket.objects.all():
        times = list(ticket.messages.order_by("pk").values_list("created_at", flat=True))
        assert times == sorted(times), ticket.number
        changes = list(ticket.changes.order_by("pk").values_list("at", flat=True))
        assert changes == sorted(changes), ticket.number
        last = [ticket.updated_at, ticket.staff_updated_at, ticket.last_message_at, ticket.last_activity_at]
        assert max([*last, *times, *changes]) <= now
        assert ticket.created_at == min([ticket.created_at, *times, *changes])
    assert not Entry.objects.filter(created_at__gt=now).exists()
    assert not Event.objects.filter(at__gt=now).exists()
    assert not Item.objects.filter(created_at__gt=now).exists()


def test_tickets_are_numbered_in_the_order_of_their_opening():
    times = list(Ticket.objects.order_by("number").values_list("created_at", flat=True))
    assert times == sorted(times)
    assert times[-1] - times[0] > timedelta(days=30)


def test_nobody_writes_before_he_is_there():
    assert not Ticket.objects.filter(created_at__lt=F("customer__created_at")).exists()


def test_the_audit_chain_is_gapless_and_holds():
    numbers = list(Link.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(numbers[0], numbers[0] + Entry.objects.count()))
    call_command("verify_audit", stdout=StringIO())


def test_the_events_of_every_room_are_numbered_without_a_gap():
    rooms = Event.objects.order_by("room", "seq").values_list("room", "seq")
    for _room, found in itertools.groupby(rooms, key=lambda row: row[0]):
        numbers = [seq for _name, seq in found]
        assert numbers == list(range(1, len(numbers) + 1))


def test_attachments_are_real_files():
    found = list(Attachment.objects.exclude(owner_type=""))
    assert found
    for attachment in found:
        with default_storage.open(attachment.key) as file:
            assert len(file.read()) == attachment.size
    assert not Attachment.objects.filter(owner_type="").exists()


def test_everybody_listed_signs_in():
    for person in SIGN_INS:
        answer = data(Api().post("/auth/login", {"email": person.email, "password": PASSWORD}))
        role = person.role if isinstance(person, Worker) else "customer"
        assert (answer["user"]["role"], answer["user"]["language"]) == (role, person.language)


def test_each_customer_with_a_sign_in_has_tickets_to_look_at():
    customer = User.objects.with_rights().get(email="customer1@demo.test")
    assert data(Api(customer).get("/tickets"))


def test_policies_calendars_breaches_and_a_warning_are_there():
    calendar = BusinessCalendar.objects.get(is_default=True)
    assert {row["nameEn"] for row in calendar.overrides} == {"Ramadan"}
    assert len(calendar.holidays) > 6
    assert SlaPolicy.objects.count() == len(POLICIES)
    kinds = Counter(SlaEvent.objects.values_list("kind", flat=True))
    assert min(kinds["met"], kinds["breach"], kinds["stuck"], kinds["urgent_unassigned"]) > 0
    urgent = Ticket.objects.get(assignee=None, priority=4, status=Status.OPEN)
    assert urgent.sla_events.filter(kind="warning", metric="first_response").count() == 1
    assert urgent.sla_warning_at < timezone.now() < urgent.sla_due_at
    assert Entry.objects.filter(action="TICKET_SLA_WARNED", entity_id=str(urgent.pk)).count() == 1
    assert Item.objects.filter(kind="sla-warning", entity_id=str(urgent.pk)).count() == 1
