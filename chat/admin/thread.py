"""A conversation as the page shows it: the latest messages, earlier ones on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from chat.models import ChatMessage, Session
from core.api.lists import thread_page
from core.errors import Problem
from tickets.models import AuthorType


@dataclass(frozen=True)
class Part:
    """A message ready to be shown. `kind` is customer, agent, bot, system or internal; `mine` by whom it is read."""

    message: ChatMessage
    kind: str
    who: str
    files: list[dict[str, Any]]
    mine: bool

    @property
    def id(self) -> str:
        return str(self.message.pk)


@dataclass(frozen=True)
class Thread:
    """`last` is the newest message's id, `seen` the newest public one's."""

    parts: list[Part]
    earlier: int | None
    is_latest: bool
    last: int | None
    seen: int | None


def read_thread(session: Session, source: Mapping[str, Any], reader_id: int) -> Thread:
    """The page of the conversation that `source` asks for (`before`)."""
    messages = ChatMessage.objects.complete().filter(session=session)
    try:
        rows, meta = thread_page(messages, {name: source[name] for name in ("before",) if source.get(name)})
    except Problem:
        rows, meta = thread_page(messages, {})
    public = [row.pk for row in rows if not row.is_internal]
    return Thread(
        parts=[_part(row, session, reader_id) for row in rows],
        earlier=rows[0].pk if rows and meta["hasBefore"] else None,
        is_latest=not meta["hasAfter"],
        last=rows[-1].pk if rows else None,
        seen=public[-1] if public else None,
    )


def _part(message: Any, session: Session, reader_id: int) -> Part:
    return Part(
        message=message,
        kind="internal" if message.is_internal else message.author_type,
        who=str(AuthorType(message.author_type).label),
        files=_with_links(session, message.attachment_rows),
        mine=message.author_id == reader_id,
    )


def _with_links(session: Session, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Files with an address that answers with a link signed at the click: signed links live five minutes only."""
    return [{**row, "url": reverse("admin:chat_session_file", args=[session.pk, row["id"]])} for row in rows]
