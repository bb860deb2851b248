"""A creating request sent again: carried out once, answered alike, and never a way around a refusal."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from core.models import IdempotencyKey
from core.sweeps import idempotency_keys
from notifications.models import Item
from realtime.models import Event
from tests.api import Api, data, refusal
from tests.conftest import superuser
from tickets.models import Category, Message, Ticket

BODY = {"subject": "شاشة الهاتف مكسورة", "description": "أرجو المساعدة"}


def _everything() -> Counter[str]:
    """How much of each kind there is; people and sign-ins aside."""
    found = Counter(Event.objects.values_list("event", flat=True))
    found.update(Entry.objects.filter(entity_type="ticket").values_list("action", flat=True))
    found.update(Item.objects.values_list("kind", flat=True))
    found["ticket"], found["message"] = Ticket.objects.count(), Message.objects.count()
    return found


def _at_once(count: int, call: Callable[[], Any]) -> list[Any]:
    def run(_: int) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.fixture
def customer(committed_cast, api) -> Api:
    return api(committed_cast.customer)


def _same_in_every_way(client: Api, path: str, body: dict[str, Any]) -> None:
    """Five at once with one key write what one without a key writes, and all hear the same."""
    before = _everything()
    data(client.post(path, body), 201)
    plain = _everything() - before

    before = _everything()
    token = client.token
    answers = _at_once(5, lambda: Api(client.user, token=token).post(path, body, Idempotency_Key="five"))
    assert _everything() - before == plain
    assert Counter(answer.status_code for answer in answers) == {201: 5}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert client.post(path, body, Idempotency_Key="five").json() == answers[0].json()
    assert _everything() - before == plain


def test_five_tickets_at_once_with_one_key_are_one(customer):
    _same_in_every_way(customer, "/tickets", BODY)


def test_five_messages_at_once_with_one_key_are_one(customer):
    ticket = data(customer.post("/tickets", BODY), 201)
    _same_in_every_way(customer, f"/tickets/{ticket['id']}/messages", {"body": "ما الجديد؟"})


def test_another_body_with_the_same_key_is_a_conflict(customer):
    data(customer.post("/tickets", BODY, Idempotency_Key="one"), 201)
    refusal(customer.post("/tickets", {**BODY, "priority": "high"}, Idempotency_Key="one"), 409, "idempotency_conflict")
    assert Ticket.objects.count() == 1


def test_the_same_body_in_another_order_is_the_same(customer):
    first = data(customer.post("/tickets", BODY, Idempotency_Key="one"), 201)
    again = data(customer.post("/tickets", dict(reversed(BODY.items())), Idempotency_Key="one"), 201)
    assert again == first


def test_a_key_counts_for_its_caller_and_its_address_alone(customer, committed_cast, api):
    first = data(customer.post("/tickets", BODY, Idempotency_Key="one"), 201)
    other = data(api(committed_cast.stranger).post("/tickets", BODY, Idempotency_Key="one"), 201)
    for ticket in (first, other):
        assert Ticket.objects.filter(pk=ticket["id"]).exists()
    assert first["id"] != other["id"]
    data(customer.post(f"/tickets/{first['id']}/messages", {"body": "نص"}, Idempotency_Key="one"), 201)


def test_without_a_key_nothing_is_kept(customer):
    for _ in range(2):
        data(customer.post("/tickets", BODY), 201)
    assert Ticket.objects.count() == 2
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "مفتاح", "caf\u00e9", "a\x7f", "a\tb"])
def test_a_malformed_key_is_refused(customer, key):
    error = refusal(customer.post("/tickets", BODY, Idempotency_Key=key), 400, "invalid")
    assert "Idempotency-Key" in error["fields"]
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize("key", ["x", "x" * 200, "!~\"'%\\"])
def test_any_printable_key_up_to_200_is_taken(customer, key):
    data(customer.post("/tickets", BODY, Idempotency_Key=key), 201)
    data(customer.post("/tickets", BODY, Idempotency_Key=key), 201)
    assert Ticket.objects.count() == 1


def test_a_refusal_is_not_kept_and_may_be_tried_again(customer):
    category = Category.objects.create(name_ar="أجهزة", name_en="Devices", is_active=False)
    body = {**BODY, "categoryId": str(category.pk)}
    refusal(customer.post("/tickets", body, Idempotency_Key="one"), 400, "invalid")
    assert IdempotencyKey.objects.count() == 0
    Category.objects.update(is_active=True)
    first = data(customer.post("/tickets", body, Idempotency_Key="one"), 201)
    assert data(customer.post("/tickets", body, Idempotency_Key="one"), 201) == first


def test_an_answer_is_given_again_only_to_whom_may_still_see_it(committed_cast, api):
    cast = committed_cast
    agent = api(cast.agent)
    body = {**BODY, "customerId": str(cast.customer.pk)}
    ticket = data(agent.post("/tickets", body, Idempotency_Key="one"), 201)
    path = f"/tickets/{ticket['id']}/messages"
    data(agent.post(path, {"body": "جواب"}, Idempotency_Key="two"), 201)
    cast.agent.groups.clear()
    refusal(agent.post("/tickets", body, Idempotency_Key="one"), 404, "not_found")
    refusal(agent.post(path, {"body": "جواب"}, Idempotency_Key="two"), 404, "not_found")


def test_a_second_request_waits_for_the_first_only_so_long(customer):
    """The first one is held in the middle of its work; the second one's wait is cut short here."""
    with superuser(connection.settings_dict["NAME"]) as hand, ThreadPoolExecutor(1) as pool:
        with hand.transaction():
            hand.execute("lock table tickets_ticket")
            first = pool.submit(_at_once, 1, lambda: customer.post("/tickets", BODY, Idempotency_Key="one"))
            _until(lambda: _waiting(hand) == 1)
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '300ms'")
            second = Api(customer.user, token=customer.token).post("/tickets", BODY, Idempotency_Key="one")
            refusal(second, 409, "in_progress")
        [answer] = first.result()
    ticket = data(answer, 201)
    assert data(customer.post("/tickets", BODY, Idempotency_Key="one"), 201) == ticket
    assert Ticket.objects.count() == 1


def test_a_request_cut_off_in_the_middle_leaves_nothing_and_may_be_repeated(customer):
    """The server process of its connection is ended while it waits, its key already inserted."""
    before = _everything()
    with superuser(connection.settings_dict["NAME"]) as hand, ThreadPoolExecutor(1) as pool:
        with hand.transaction():
            hand.execute("lock table tickets_ticket")
            first = pool.submit(_at_once, 1, lambda: customer.post("/tickets", BODY, Idempotency_Key="one"))
            _until(lambda: _waiting(hand) == 1)
            hand.execute("select pg_terminate_backend(pid) from pg_locks where not granted and pid <> pg_backend_pid()")
        [answer] = first.result()
    refusal(answer, 503, "unavailable")
    assert _everything() == before
    assert IdempotencyKey.objects.count() == 0
    data(customer.post("/tickets", BODY, Idempotency_Key="one"), 201)
    assert Ticket.objects.count() == 1


def _waiting(hand: Any) -> int:
    row = hand.execute(
        "select count(*) from pg_locks l join pg_database d on d.oid = l.database "
        "where not granted and datname = current_database()"
    ).fetchone()
    return int(row[0])


def _until(what: Callable[[], bool], seconds: float = 4.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


@pytest.mark.django_db
def test_answers_are_forgotten_after_a_day(cast, settings):
    for hours in (1, settings.IDEMPOTENCY_KEEP_HOURS + 1):
        made = timezone.now() - timedelta(hours=hours)
        IdempotencyKey.objects.create(user_id=1, route="r", key=f"k{hours}", body_hash="", created_at=made)
    idempotency_keys()
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["k1"]


def test_a_row_without_an_answer_is_in_progress(customer):
    """None is ever committed; should one be, nobody gets a 500 for it."""
    data(customer.post("/tickets", BODY, Idempotency_Key="one"), 201)
    IdempotencyKey.objects.update(status=None)
    refusal(customer.post("/tickets", BODY, Idempotency_Key="one"), 409, "in_progress")
