"""How many questions a request asks the database: the same for one row and for twenty, and few."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count

import pytest
from django.core.management.color import no_style
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api import Api, data
from tests.cast import customer
from tests.chat import acts as chats
from tests.storage import upload
from tests.tickets.acts import act, given, noted, opened, replied
from tickets.models import CannedResponse, Category
from tickets.operations.turns import rules_exist

CREATE_ROUND_TRIPS = 8
MESSAGE_ROUND_TRIPS = 6
_names = count(1)


@contextmanager
def asked():
    with CaptureQueriesContext(connection) as captured:
        yield captured


def count_of(client, path) -> int:
    with asked() as captured:
        data(client.get(path))
    return len(captured)


@pytest.fixture
def busy(cast, storage):
    """Makes one more ticket with everything that a form shows, for the customer."""
    category = Category.objects.create(name_ar="أ", name_en="A")

    def make():
        [photo, paper] = upload(Api(cast.customer), "photo.txt", "paper.txt")
        ticket = opened(cast.customer, categoryId=str(category.pk), attachments=[photo["id"]])
        replied(cast.customer, ticket, attachments=[paper["id"]])
        given(cast.agent, ticket, cast.colleague)
        act(cast.agent, ticket, "assign", {"agentId": str(cast.agent.pk), "teamId": str(cast.team.pk)})
        data(Api(cast.agent).put(f"/tickets/{ticket['id']}/watchers/{cast.lead.pk}"))
        noted(cast.agent, ticket)
        act(cast.agent, ticket, "status", {"status": "resolved"})
        act(cast.customer, ticket, "rate", {"rating": 5})
        return ticket

    return make


@pytest.mark.parametrize("actor", ["customer", "agent", "outsider"])
def test_a_list_asks_as_much_for_twenty_as_for_one(cast, busy, actor):
    client = Api(getattr(cast, actor))
    opened(cast.customer)
    busy()
    one = count_of(client, "/tickets")
    for _ in range(4):
        busy()
    for _ in range(15):
        opened(cast.customer)
    assert count_of(client, "/tickets?limit=20") == one
    assert one <= 6


@pytest.mark.parametrize("actor", ["customer", "agent"])
def test_a_ticket_and_its_thread_ask_the_same_however_long_they_are(cast, busy, actor):
    client, ticket = Api(getattr(cast, actor)), busy()
    paths = [f"/tickets/{ticket['id']}", f"/tickets/{ticket['ticketNumber']}", f"/tickets/{ticket['id']}/messages"]
    before = [count_of(client, path) for path in paths]
    for number in range(8):
        [file] = upload(Api(cast.agent), "more.txt")
        (noted if number % 2 else replied)(cast.agent, ticket, attachments=[file["id"]])
        other = opened(cast.customer)
        data(Api(cast.agent).post(f"/tickets/{ticket['id']}/links", {"ticketId": other["id"], "kind": "related"}), 201)
    assert [count_of(client, path) for path in paths] == before
    assert max(before) <= 5


@pytest.mark.parametrize("actor", ["agent", "manager"])
def test_a_list_of_chats_asks_as_much_for_twenty_as_for_one(cast, actor):
    client = Api(getattr(cast, actor))

    def more():
        someone = customer()
        chats.active(someone, cast.agent)
        chats.ended(someone)
        data(Api(someone).post("/chat/my-session/rate", {"rating": 5}))
        chats.waiting(someone)

    more()
    one = count_of(client, "/chat/sessions")
    for _ in range(9):
        more()
    assert count_of(client, "/chat/sessions?limit=20") == one
    assert one <= 5


def test_a_chat_and_its_conversation_ask_the_same_however_long_they_are(cast, storage):
    session = chats.active(cast.customer, cast.agent)
    own, staff = Api(cast.customer), Api(cast.agent)
    calls = [
        *((own, path) for path in ("/chat/my-session", "/chat/my-session/messages")),
        *((staff, f"/chat/sessions/{session['id']}{rest}") for rest in ("", "/messages")),
    ]
    chats.said(cast.customer)
    before = [count_of(*call) for call in calls]
    for _ in range(8):
        [file] = upload(own, "more.txt")
        chats.said(cast.customer, attachments=[file["id"]])
        chats.noted(cast.agent, session)
    assert [count_of(*call) for call in calls] == before
    assert max(before) <= 5


def test_a_message_in_a_chat_takes_at_most_six_round_trips(cast):
    session = chats.active(cast.customer, cast.agent)
    for client, path in [
        (Api(cast.customer), "/chat/my-session/messages"),
        (Api(cast.agent), f"/chat/sessions/{session['id']}/messages"),
    ]:
        data(client.post(path, {"body": "x"}), 201)
        with asked() as captured:
            data(client.post(path, {"body": "x"}), 201)
        assert len(round_trips(captured)) + 2 <= MESSAGE_ROUND_TRIPS, round_trips(captured)


def test_the_catalogue_and_the_log_ask_the_same_for_many(cast, settle):
    client = Api(cast.administrator)
    paths = ("/tickets/categories", "/tickets/canned-responses", "/audit?limit=20")

    def more():
        name = f"n{next(_names)}"
        category = Category.objects.create(name_ar=name, name_en=name)
        Category.objects.create(name_ar=name, name_en=name, parent=category)
        CannedResponse.objects.create(title_ar="a", title_en="a", body_ar="a", body_en="a", shortcut=name)
        opened(cast.customer)

    more()
    before = [count_of(client, path) for path in paths]
    for _ in range(5):
        more()
    assert [count_of(client, path) for path in paths] == before


def test_history_asks_the_same_for_many_entries(cast):
    ticket, client = opened(cast.customer), Api(cast.agent)
    before = count_of(client, f"/tickets/{ticket['id']}/history")
    for _ in range(6):
        replied(cast.agent, ticket)
    assert count_of(client, f"/tickets/{ticket['id']}/history") == before


@pytest.mark.parametrize("actor", ["customer", "guest", "agent", "administrator"])
def test_authentication_is_one_question(cast, actor):
    assert count_of(Api(getattr(cast, actor)), "/auth/me") == 1


def test_a_refused_token_asks_once_and_a_forged_one_never(cast):
    client = Api(cast.customer)
    data(client.post("/auth/logout-all"))
    with asked() as captured:
        assert client.get("/tickets").status_code == 401
    assert len(captured) == 1
    with asked() as captured:
        assert Api(token="a.b.c").get("/tickets").status_code == 401
    assert len(captured) == 0


def round_trips(captured) -> list[str]:
    """Without the savepoints that a test's own transaction makes of BEGIN and COMMIT, which are two round trips."""
    return [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]


def test_creating_a_ticket_takes_at_most_eight_round_trips(cast):
    category = Category.objects.create(name_ar="أ", name_en="A")
    client, body = Api(cast.customer), {"subject": "S", "description": "D", "categoryId": str(category.pk)}
    data(client.post("/tickets", body), 201)
    rules_exist(anew=True)  # asked every five seconds, which is chance here
    with asked() as captured:
        data(client.post("/tickets", body, Idempotency_Key="k"), 201)
    assert len(round_trips(captured)) + 2 <= CREATE_ROUND_TRIPS, round_trips(captured)
    assert no_style()
