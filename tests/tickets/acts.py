"""Define what people do with tickets in these tests: each act is a request, each look a fresh read."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection

from accounts.models import User
from audit.models import Entry
from notifications.models import Item
from tests.api import Api, data
from tests.cast import fresh
from tickets.models import Ticket

CUSTOMER_FORM = {
    *("id", "ticketNumber", "subject", "description", "status", "priority", "category", "assignee", "orderId"),
    *("productId", "attachments", "messageCount", "resolvedAt", "closedAt", "rating", "version", "createdAt"),
    *("updatedAt", "lastMessageAt", "realtime", "mergedInto"),
}
STAFF_FORM = CUSTOMER_FORM | {
    *("team", "customer", "tags", "watchers", "escalatedAt", "escalationLevel", "firstResponseAt", "mergedInto"),
    *("links", "sla", "staffUpdatedAt", "chatSessionId", "snoozedUntil"),
}


def opened(by: User, **more: Any) -> dict[str, Any]:
    """A new ticket."""
    body = {"subject": "Cracked screen", "description": "The phone came with a cracked screen.", **more}
    return data(Api(by).post("/tickets", body), 201)


def act(by: User, ticket: dict[str, Any], what: str, body: Any = None, status: int = 200) -> Any:
    """POST /tickets/{id}/{what}; the data of its success."""
    return data(Api(by).post(f"/tickets/{ticket['id']}/{what}", body), status)


def tried(by: User, ticket: dict[str, Any], what: str, body: Any = None) -> Any:
    """The same, whatever it answers."""
    return Api(by).post(f"/tickets/{ticket['id']}/{what}", body)


def replied(by: User, ticket: dict[str, Any], body: str = "Any news?", **more: Any) -> dict[str, Any]:
    return act(by, ticket, "messages", {"body": body, **more}, 201)


def noted(by: User, ticket: dict[str, Any], body: str = "Ask the warehouse.", **more: Any) -> dict[str, Any]:
    return replied(by, ticket, body, isInternal=True, **more)


def moved(by: User, ticket: dict[str, Any], *statuses: str) -> dict[str, Any]:
    """The ticket taken through these states."""
    for status in statuses:
        ticket = act(by, ticket, "status", {"status": status})
    return ticket


def given(by: User, ticket: dict[str, Any], agent: User | None) -> dict[str, Any]:
    return act(by, ticket, "assign", {"agentId": str(agent.pk) if agent else None})


def seen(by: User, ticket: dict[str, Any]) -> dict[str, Any]:
    """The ticket as this person reads it now."""
    return data(Api(by).get(f"/tickets/{ticket['id']}"))


def thread(by: User, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    return data(Api(by).get(f"/tickets/{ticket['id']}/messages?limit=100"))


def bodies(by: User, ticket: dict[str, Any]) -> list[str]:
    return [message["body"] for message in thread(by, ticket)]


def row(ticket: dict[str, Any]) -> Ticket:
    return Ticket.objects.get(pk=ticket["id"])


def actions(ticket: dict[str, Any]) -> list[str]:
    """Return what the audit log says was done to it, oldest first."""
    found = Entry.objects.filter(entity_type="ticket", entity_id=ticket["id"]).order_by("id")
    return list(found.values_list("action", flat=True))


def last_entry(ticket: dict[str, Any], action: str) -> Entry:
    found = Entry.objects.select_related("detail").filter(entity_id=ticket["id"], action=action)
    return found.order_by("-id")[0]


def told(ticket: dict[str, Any]) -> list[str]:
    """The kinds of notification it gave occasion to, oldest first."""
    found = Item.objects.filter(entity_type="ticket", entity_id=ticket["id"]).order_by("id")
    return list(found.values_list("kind", flat=True))


def emitted(room: str) -> list[str]:
    """The names of a room's events in the order they were emitted."""
    with connection.cursor() as cursor:
        cursor.execute("select event from rt_event where room = %s order by ord", [room])
        return [name for (name,) in cursor.fetchall()]


def footprint() -> tuple[int, ...]:
    """How many audit entries, events and notification items there are: what nothing must add to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from audit_entry), (select count(*) from rt_event),"
            " (select count(*) from notifications_item)"
        )
        return tuple(cursor.fetchone())


def with_rights(user: User, *codenames: str) -> User:
    """The user with these rights and no other."""
    user.groups.clear()
    rights = Permission.objects.filter(content_type__app_label="support", codename__in=codenames)
    assert len(rights) == len(codenames)
    user.user_permissions.set(rights)
    return fresh(user)
