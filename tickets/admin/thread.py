"""A ticket's thread as the page shows it: the opening first, then the latest messages, earlier ones on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max
from django.urls import reverse

from core.api.lists import thread_page
from core.errors import Problem
from tickets.models import AuthorType, Message, Ticket

SERVICES = {AuthorType.BOT, AuthorType.SYSTEM}
"""Who goes by what he is, in the reader's language."""


@dataclass(frozen=True)
class Part:
    """A message ready to be shown. `kind` is customer, agent, bot, system or internal; `who` says it in words."""

    message: Message
    kind: str
    who: str
    name: str
    files: list[dict[str, Any]]
    origin: str
    is_new: bool = False

    @property
    def id(self) -> str:
        return str(self.message.pk)


@dataclass(frozen=True)
class Thread:
    """`opening` stands apart; `last_seen` is the newest public message when the thread was read."""

    opening: Part | None
    parts: list[Part]
    earlier: int | None
    is_latest: bool
    last_seen: int | None


def read_thread(ticket: Ticket, source: Mapping[str, Any], *, seen: int | None = None) -> Thread:
    """The page of the thread that `source` asks for (`before`); public messages after `seen` are marked new."""
    messages = Message.objects.complete().filter(ticket=ticket).annotate(origin=F("first_ticket__number"))
    # After a merge the thread holds other tickets' openings too.
    opening = messages.filter(opens=ticket).first()
    rest = messages.exclude(pk=opening.pk) if opening else messages
    last_seen = Message.objects.filter(ticket=ticket, is_internal=False).aggregate(last=Max("pk"))["last"]
    try:
        rows, meta = thread_page(rest, {name: source[name] for name in ("before",) if source.get(name)})
    except Problem:
        rows, meta = thread_page(rest, {})
    return Thread(
        opening=_part(opening, ticket, seen) if opening else None,
        parts=[_part(message, ticket, seen) for message in rows],
        earlier=rows[0].pk if rows and meta["hasBefore"] else None,
        is_latest=not meta["hasAfter"],
        last_seen=last_seen,
    )


def _part(message: Any, ticket: Ticket, seen: int | None) -> Part:
    who = str(AuthorType(message.author_type).label) if message.author_type in AuthorType.values else ""
    return Part(
        message=message,
        kind="internal" if message.is_internal else message.author_type,
        who=who,
        name=who if message.author_type in SERVICES else message.author.name,
        files=with_links(ticket, message.attachment_rows),
        origin=_origin(message, ticket),
        is_new=bool(seen and message.pk > seen and not message.is_internal),
    )


def _origin(message: Any, ticket: Ticket) -> str:
    """The number of the ticket a message was sent to, when it came here by a merge."""
    return "" if ticket.pk in {message.first_ticket_id, message.opens_id} else str(message.origin)


def with_links(ticket: Ticket, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Files with an address that answers with a link signed at the click: signed links live five minutes only."""
    return [{**row, "url": reverse("admin:tickets_ticket_file", args=[ticket.pk, row["id"]])} for row in rows]
