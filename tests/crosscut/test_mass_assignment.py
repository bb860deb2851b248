"""No column of any model can be set by sending its name: it is refused by name, and nothing changes."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from core.text import camel
from tests.api import refusal
from tests.crosscut.routes import ROUTES, filled
from tests.soak import some
from tests.tickets.acts import footprint

# What these routes take on purpose; everything else of any model must be refused.
TAKEN = {
    "POST /auth/register": {"email", "password", "name", "phone", "language"},
    "POST /auth/login": {"email", "password", "otp"},
    "POST /auth/guest": {"name", "email"},
    "POST /auth/customer-token": {"email", "name", "phone", "language"},
    "POST /auth/password/forgot": {"email"},
    "PATCH /auth/me": {"name", "phone", "language"},
    "PUT /notifications/settings": {"quietHours", "textOnLockScreen"},
    "POST /tickets": {"subject", "description", "categoryId", "priority", "orderId", "productId", "attachments"},
    "POST /tickets/{ticket}/messages": {"body", "attachments", "clientMessageId", "force"},
    "POST /tickets/{ticket}/rate": {"rating", "feedback"},
    "POST /chat/sessions": {"message", "language"},
    "POST /chat/my-session/messages": {"body", "attachments", "clientMessageId", "force"},
    "POST /chat/my-session/transcript": {"email"},
    "POST /chat/my-session/rate": {"rating", "feedback"},
}
WRITING = [route for route in ROUTES if route.method != "GET" and not route.path.endswith("/upload")]


def columns() -> set[str]:
    """Every column of every model, as the database and as the wire spell it."""
    models = apps.get_models(include_auto_created=True)
    fields = [field for model in models for field in model._meta.concrete_fields]
    names = {name for field in fields for name in (field.name, field.attname)}
    assert {"is_superuser", "customer_id", "merged_into", "is_internal"} <= names
    return names | {camel(name) for name in names}


def rows() -> list[tuple[str, int]]:
    """How many rows each table has: what refusals must not add to (they are audited by themselves)."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        found = []
        for table in tables:
            cursor.execute(f'select count(*) from "{table}"')
            found.append((table, cursor.fetchone()[0]))
    return found


def state(world) -> list[object]:
    """The ticket, the chats and their customer, whole."""
    from accounts.models import User
    from chat.models import ChatMessage, Session
    from tickets.models import Message, Ticket

    return [
        list(Ticket.objects.order_by("pk").values()),
        list(Message.objects.order_by("pk").values()),
        list(Session.objects.order_by("pk").values()),
        list(ChatMessage.objects.order_by("pk").values()),
        list(User.objects.order_by("pk").values()),
    ]


@pytest.mark.parametrize("actor", ["customer", "guest"])
def test_a_customer_sets_no_column_by_its_name(world, actor):
    client = world.client(actor)
    before, written = state(world), rows()
    names = sorted(columns())
    for route in WRITING:
        expected = route.expected(actor)
        if actor == "guest" and expected not in {200, 201}:
            continue
        path, body = filled(route.path, world.ids), filled(route.body, world.ids) or {}
        extra = [name for name in names if name not in body and name not in TAKEN.get(route.name, ())]
        # Many at once: every one of them must be named, so the request is refused for each of them.
        for batch in _batches(extra, 20):
            response = client.request(route.method, path, {**body, **dict.fromkeys(batch, "1")})
            if expected in {403, 404}:
                assert response.status_code in {400, 403, 404}, route.name
                continue
            assert set(refusal(response, 400, "invalid")["fields"]) >= set(batch), (route.name, batch)
    assert state(world) == before
    assert [row for row in rows() if row[0] not in REFUSALS] == [row for row in written if row[0] not in REFUSALS]
    assert footprint()[1:] == tuple(dict(written)[table] for table in ("rt_event", "notifications_item"))


# A refused right is remembered.
REFUSALS = {"audit_entry", "audit_detail", "audit_link"}


def _batches(names: list[str], size: int) -> list[list[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]


def test_one_by_one_too_for_what_would_hurt(world):
    """The same, each alone, for the columns that give rights or take tickets."""
    client = world.client("customer")
    before = state(world)
    dangerous = [
        *("isSuperuser", "is_superuser", "isStaff", "role", "isActive", "groups", "userPermissions", "permissions"),
        *("customerId", "customer_id", "customer", "assigneeId", "assignee", "agentId", "teamId", "status", "version"),
        *("isInternal", "is_internal", "authorId", "authorType", "createdAt", "ticketId", "number", "ticketNumber"),
        *("mergedInto", "resolvedAt", "slaBreached", "tags", "watchers", "id", "pk", "__class__", "password"),
    ]
    for route, name in [(each, name) for each in WRITING for name in some(dangerous, 9, each.name)]:
        if route.name.startswith("POST /auth/") or route.expected("customer") not in {200, 201}:
            continue
        if name in TAKEN.get(route.name, ()):
            continue
        body = {**(filled(route.body, world.ids) or {}), name: "1"}
        response = client.request(route.method, filled(route.path, world.ids), body)
        assert name in refusal(response, 400, "invalid")["fields"], (route.name, name)
    assert state(world) == before
