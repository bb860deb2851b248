"""Nothing is given to an agent who is disabled at the same moment, by any door that gives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.operations import set_active
from audit.models import Entry
from tests.api import Api
from tests.cast import Cast
from tests.chat import acts as chats
from tests.conftest import waits_for_lock
from tests.contract import document
from tests.database import superuser
from tests.realtime.servers import wait_until
from tests.soak import sized
from tests.tickets.acts import opened
from tickets.models import Ticket

ROUNDS = sized(10, 200)


def by_assigning(cast: Cast) -> Callable[[], Any]:
    ticket = opened(cast.customer)
    return lambda: Api(cast.agent).post(f"/tickets/{ticket['id']}/assign", {"agentId": str(cast.colleague.pk)})


def by_escalating(cast: Cast) -> Callable[[], Any]:
    ticket, body = opened(cast.customer), {"reason": "R", "agentId": str(cast.colleague.pk)}
    return lambda: Api(cast.agent).post(f"/tickets/{ticket['id']}/escalate", body)


def by_opening(cast: Cast) -> Callable[[], Any]:
    body = {"subject": "S", "description": "D", "customerId": str(cast.customer.pk), "agentId": str(cast.colleague.pk)}
    return lambda: Api(cast.agent).post("/tickets", body)


def by_passing_a_chat_on(cast: Cast) -> Callable[[], Any]:
    session = chats.active(cast.customer, cast.agent)
    body = {"agentId": str(cast.colleague.pk)}
    return lambda: Api(cast.agent).post(f"/chat/sessions/{session['id']}/transfer", body)


def by_accepting_a_chat(cast: Cast) -> Callable[[], Any]:
    session = chats.waiting(cast.customer)
    return lambda: Api(cast.colleague).post(f"/chat/sessions/{session['id']}/accept")


DOORS = [by_assigning, by_escalating, by_opening, by_passing_a_chat_on, by_accepting_a_chat]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_whoever_gives_waits_for_a_disabling_under_way_and_is_refused(door, committed_cast):
    cast = committed_cast
    give = door(cast)
    document()  # generated before, not by the thread

    def given() -> Any:
        try:
            return give()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, superuser(connection.settings_dict["NAME"]) as server:
        with transaction.atomic():
            set_active(cast.colleague.pk, active=False, by=cast.administrator)
            answer = pool.submit(given)
            wait_until(lambda: waits_for_lock(server) or answer.done())
        assert answer.result().status_code == (403 if door is by_accepting_a_chat else 400)
    assert not Ticket.objects.filter(assignee=cast.colleague).exists()
    assert not Entry.objects.filter(action__in=["TICKET_ASSIGNED", "CHAT_SESSION_ACCEPTED"], actor_id=cast.colleague.pk)


def test_of_giving_and_disabling_at_once_a_success_came_before(committed_cast):
    cast = committed_cast
    ticket = opened(cast.customer)
    gate = threading.Barrier(2)
    document()

    def assign() -> int:
        gate.wait(30)
        try:
            return int(
                Api(cast.agent).post(f"/tickets/{ticket['id']}/assign", {"agentId": str(cast.colleague.pk)}).status_code
            )
        finally:
            connection.close()

    def disable() -> None:
        gate.wait(30)
        try:
            set_active(cast.colleague.pk, active=False, by=cast.administrator)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            assigning, disabling = pool.submit(assign), pool.submit(disable)
            disabling.result()
            status = assigning.result()
            assert status in {200, 400}
            if status == 200:
                assert _place("TICKET_ASSIGNED") < _place("USER_DISABLED")
            set_active(cast.colleague.pk, active=True, by=cast.administrator)
            Ticket.objects.filter(pk=ticket["id"]).update(assignee=None)


def _place(action: str) -> int:
    """Where the last entry of this action stands in the order of commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(l.seq) from audit_link l join audit_entry e on e.id = l.entry_id where e.action = %s", [action]
        )
        return int(cursor.fetchone()[0])
