"""Define what the templates say of a ticket, in the form of whoever reads it; and samples for their preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Role, User
from notifications.models import Item
from tickets.models import Message, Ticket
from tickets.rating_links import rating_url
from tickets.reading_links import reading_url

LONGEST_QUOTE = 2_000

_SAMPLES = {
    "ar": {
        "subject": "شاشة الهاتف مكسورة (طلب ORD-1042)",
        "customer_name": "سارة العتيبي",
        "agent_name": "خالد الحربي",
        "author_name": "خالد الحربي",
        "message": "مرحبًا سارة،\nوصلنا طلبك ORD-1042 ونجهز لك هاتفًا بديلًا اليوم. هل العنوان نفسه مناسب؟",
        "description": "وصلني الهاتف وشاشته مكسورة من الزاوية. أرجو استبداله.",
        "reason": "العميلة تنتظر منذ يومين.",
    },
    "en": {
        "subject": "The phone came with a cracked screen (order ORD-1042)",
        "customer_name": "Sam Carter",
        "agent_name": "Khalid Al-Harbi",
        "author_name": "Khalid Al-Harbi",
        "message": "Hello Sam,\nwe have your order ORD-1042 and are sending you another phone today. "
        "Is the address still right?",
        "description": "The phone came with a crack in one corner of the screen. Please replace it.",
        "reason": "The customer has been waiting for two days.",
    },
}


def ticket_context(ticket: Ticket, item: Item, reader: User) -> dict[str, Any]:
    """Return what every template of a ticket may use."""
    return {
        "ticket_number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority,
        "customer_name": ticket.customer.name,
        "agent_name": ticket.assignee.name if ticket.assignee else "",
        "for_staff": reader.is_agent,
        "link": ticket_url(ticket, reader),
        "data": {"ticketId": str(ticket.pk)},
    }


def message_context(item: Item, reader: User) -> dict[str, Any]:
    """Return the message an item tells of, if this person may read it."""
    found = Message.objects.visible_to(reader).filter(pk=item.data["messageId"]).select_related("author").first()
    return {
        "author_name": found.author.name if found else "",
        "message": quoted(found.body) if found else "",
        "has_files": bool(found and not found.body),
    }


def quoted(text: str) -> str:
    """Return a text as an e-mail quotes it: not all of a long one."""
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE].rstrip() + "…"


def ticket_url(ticket: Ticket, reader: User) -> str:
    """Return where this person reads the ticket: the back office, the customer's page, or a guest's signed link."""
    if reader.is_agent:
        return settings.SITE_URL + reverse("admin:tickets_ticket_change", args=[ticket.pk])
    if reader.role == Role.GUEST:
        return reading_url(ticket, reader)
    return settings.CUSTOMER_TICKET_URL.replace("{id}", str(ticket.pk)).replace("{number}", ticket.number)


def left_context(agent: User, ticket_ids: Sequence[int]) -> dict[str, Any]:
    """Return what the templates say of tickets that an agent left behind: who, how many, and where they stand."""
    page = reverse("admin:tickets_ticket_changelist")
    one = {"ticketId": str(ticket_ids[0])} if len(ticket_ids) == 1 else {}
    link = f"{settings.SITE_URL}{page}?view=unassigned"
    return {"agent_name": agent.name, "count": len(ticket_ids), "link": link, "data": one}


def left_sample(language: str) -> dict[str, Any]:
    """Return the same of made-up tickets."""
    return left_context(User(name=_SAMPLES[language]["agent_name"]), [123, 124, 125])


def rating_context(ticket: Ticket) -> dict[str, Any]:
    """Return the links that a request to rate holds, from 1 to 5; each opens a page, which is what rates."""
    return _rating_links(rating_url(ticket))


def _rating_links(url: str) -> dict[str, Any]:
    return {"rating_url": url, "rating_links": [{"value": n, "url": f"{url}?rating={n}"} for n in range(1, 6)]}


def sample_context(language: str, **more: Any) -> dict[str, Any]:
    """Return the context of a made-up ticket."""
    return {
        **_SAMPLES[language],
        "ticket_number": "TKT-2026-000123",
        "status": "in_progress",
        "from": "open",
        "to": "pending",
        "priority": 3,
        "for_staff": False,
        "has_files": False,
        "level": 1,
        "link": f"{settings.SITE_URL}/",
        "data": {"ticketId": "123"},
        **_rating_links(f"{settings.SITE_URL}/rate/ticket/sample"),
        **more,
    }
