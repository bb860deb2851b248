"""B1 to B3: pages of the back office beside what a client of the API asks for to show the same."""

from __future__ import annotations

import statistics
from functools import partial
from itertools import cycle
from typing import Any

from benchmarks.ground import Ground
from benchmarks.reads import agent
from benchmarks.table import Row
from benchmarks.web import request, times, web

LONG = 500
"""Messages of the ticket and of the chat whose pages are opened."""
SUBJECT = "A ticket with many messages"


WORK = "status=open,in_progress,pending,on_hold&limit=1"
"""The requests by which a client shows how many tickets stand in each view."""


def pages(ground: Ground) -> list[Row]:
    """Return the time to a page's last byte beside that of its answers of the API, asked one after another in turn.

    A client asks for what the page shows, in as few calls as the API allows: the same number of rows, the counts of the
    views, the choices of its menus. What the API does not give (what was said last in a ticket, the agents of a menu)
    is shown by the page alone.
    """
    user, ticket, chat = agent(), _long_ticket(), _long_chat()
    cases = (
        ("B1", f"inbox, {ground.size.tickets:,} tickets", "/admin/tickets/ticket/?view=all", _of_inbox(user.pk)),
        (
            "B2",
            f"ticket with {LONG} messages",
            f"/admin/tickets/ticket/{ticket.pk}/change/",
            _of_ticket(ticket.pk, ticket.customer_id),
        ),
        (
            "B3",
            f"chat with {LONG} messages",
            f"/admin/chat/session/{chat.pk}/change/",
            _of_chat(chat.pk, chat.customer_id, user.pk),
        ),
    )
    with web(1) as ports:
        return [_compare(ground, ports[0], *case) for case in cases]


def _of_inbox(user: int) -> tuple[str, ...]:
    """Return the calls for the rows, the counts of five views, and the filters' categories."""
    views = (f"agentId={user}&{WORK}", f"agentId=none&{WORK}", f"slaBreached=true&{WORK}", "status=pending&limit=1")
    return ("/tickets?limit=50", *(f"/tickets?{view}" for view in views), "/tickets/categories", "/auth/me")


def _of_ticket(ticket: int, customer: int) -> tuple[str, ...]:
    """Return the calls for the ticket, its thread, history and clock, its customer's others, and the menus."""
    own = (f"/tickets/{ticket}{part}" for part in ("", "/messages", "/history", "/sla"))
    menus = ("/tickets/canned-responses", "/tickets/macros", "/tickets/categories")
    return (*own, f"/tickets?customerId={customer}&limit=6", *menus, "/auth/me")


def _of_chat(chat: int, customer: int, user: int) -> tuple[str, ...]:
    """Return the calls for the chat and its messages, the queue, one's own chats, its customer's others, the menu."""
    lists = ("status=waiting&limit=50", f"status=active&agentId={user}", f"customerId={customer}&limit=6")
    own = (f"/chat/sessions/{chat}", f"/chat/sessions/{chat}/messages")
    return (*own, *(f"/chat/sessions?{part}" for part in lists), "/tickets/canned-responses", "/auth/me")


def _compare(ground: Ground, port: int, bar: str, what: str, page: str, twin: tuple[str, ...]) -> Row:
    from accounts.tokens import open_family

    user = agent()
    token, signed_in = open_family(user).access, cookie(user)
    sent = [request("GET", page, "", extra=signed_in), *(request("GET", path, token) for path in twin)]
    ours, theirs = [], []
    for _ in range(ground.size.rounds):
        found = times(port, partial(next, cycle(sent)), len(sent) * ground.size.requests, warm=len(sent))
        ours.append(statistics.median(found[:: len(sent)]))
        twins = zip(*(found[at :: len(sent)] for at in range(1, len(sent))), strict=True)
        theirs.append(statistics.median(sum(each) for each in twins))
    return Row(bar, f"page: {what}", "ms", ours, theirs)


def cookie(user: Any) -> str:
    """Return the header of somebody who is signed in to the back office."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return f"Cookie: {settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}\r\n"


def _customer() -> Any:
    from accounts.models import User

    return User.objects.filter(role="customer", is_active=True).order_by("pk").first()


def _long_ticket() -> Any:
    """Return a ticket with many messages, made once."""
    from tickets.models import Ticket
    from tickets.operations import NewMessage, NewTicket, add_message, create_ticket

    customer, by = _customer(), agent()
    ticket = Ticket.objects.filter(subject=SUBJECT).first()
    if ticket is None:
        ticket = create_ticket(NewTicket(SUBJECT, "The first of many."), by=customer)
    for number in range(ticket.messages.count(), LONG):
        add_message(ticket.pk, NewMessage(f"Message {number} of this ticket."), by=by if number % 2 else customer)
    return ticket


def _long_chat() -> Any:
    """Return a chat with many messages, made once."""
    from chat.models import ChatMessage, Session
    from chat.operations import NewChatMessage, accept, hand_over, post, start

    customer, by = _customer(), agent()
    session = Session.objects.filter(customer=customer, agent=by, status="active").first()
    if session is None:
        session = start(by=customer, text="The first of many.").session
        hand_over(by=customer)
        accept(session.pk, by=by)
    for number in range(ChatMessage.objects.filter(session=session).count(), LONG):
        post(session.pk, NewChatMessage(f"Message {number} of this chat."), by=by)
    return session
