"""A ticket's thread as the page shows it: the opening first, then the latest messages, earlier ones on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, Q, QuerySet
from django.urls import reverse

from core.api.lists import thread_page
from core.database.compiled import Prepared
from core.errors import Problem
from core.prepared import AnyOf
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
    messages = Message.objects.filter(ticket=ticket)
    last_seen = messages.filter(is_internal=False).aggregate(last=Max("pk"))["last"]
    # After a merge the thread holds other tickets' openings too.
    rest = messages.exclude(opens=ticket).only("pk")
    try:
        rows, meta = thread_page(rest, {name: source[name] for name in ("before",) if source.get(name)})
    except Problem:
        rows, meta = thread_page(rest, {})
    ids = [message.pk for message in rows]
    shown = {message.pk: message for message in _SHOWN.fetch(ids=ids, ticket=ticket.pk)}
    opening = next((message for message in shown.values() if message.opens_id == ticket.pk), None)
    return Thread(
        opening=_part(opening, ticket, seen) if opening else None,
        parts=[_part(shown[pk], ticket, seen) for pk in ids if pk in shown],
        earlier=ids[0] if ids and meta["hasBefore"] else None,
        is_latest=not meta["hasAfter"],
        last_seen=last_seen,
    )


def _shown(ids: list[int], ticket: int) -> QuerySet[Message]:
    """Return these messages and the one that opened the ticket, with the number of the ticket each was sent to."""
    messages = Message.objects.complete().annotate(origin=F("first_ticket__number"))
    return messages.filter(Q(AnyOf("pk", ids)) | Q(opens=ticket, ticket=ticket))


_SHOWN: Prepared[Message] = Prepared(_shown, ids=[-1], ticket=-2)


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
