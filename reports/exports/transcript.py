"""Transcript of a ticket or a chat as a PDF: a cover with what it is about, then what was said, message by message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from reportlab.platypus import Flowable, KeepTogether, Spacer

from chat.models import ChatMessage, Session
from chat.states import Status as ChatStatus
from core import clock
from core.days import site_zone
from reports.exports.pdf import logo
from reports.exports.pdf_parts import ACCENT, MUTED, Band, Pages, Text
from reports.exports.words import is_rtl, local, site_name, word
from tickets.models import AuthorType, Message, Ticket
from tickets.states import Priority, Status

MOST_LINES = 2_000
"""Of one message; a body is 50,000 characters at most."""


@dataclass(frozen=True)
class Transcript:
    """Hold a transcript: its title, what it is about in pairs of label and text, and its messages."""

    title: Any
    name: str
    facts: list[tuple[Any, Any]]
    messages: list[Any]


def of_ticket(ticket: Ticket, *, notes: bool) -> Transcript:
    """Return a ticket's public thread, with `notes` the internal notes too."""
    rows = Message.objects.complete().filter(ticket=ticket).order_by("created_at", "pk")
    facts: list[tuple[Any, Any]] = [
        (_("Number"), ticket.number),
        (_("Subject"), ticket.subject),
        (_("Customer"), ticket.customer.name),
        (_("Status"), Status(ticket.status).label),
        (_("Priority"), Priority(ticket.priority).label),
        (_("Category"), (ticket.category.name_ar, ticket.category.name_en) if ticket.category else ""),
        (_("Agent"), ticket.assignee.name if ticket.assignee else ""),
        (_("Created"), ticket.created_at),
        (_("Resolved"), ticket.resolved_at),
    ]
    return Transcript(_("Ticket"), ticket.number, facts, list(rows if notes else rows.filter(is_internal=False)))


def of_chat(session: Session, *, notes: bool) -> Transcript:
    """Return what was said in a chat in public, with `notes` the internal notes too."""
    rows = ChatMessage.objects.complete().filter(session=session).order_by("pk")
    facts: list[tuple[Any, Any]] = [
        (_("Customer"), session.customer.name),
        (_("Status"), ChatStatus(session.status).label),
        (_("Agent"), session.agent.name if session.agent else ""),
        (_("Started"), session.created_at),
        (_("Ended"), session.ended_at),
    ]
    return Transcript(_("Chat"), f"#{session.pk}", facts, list(rows if notes else rows.filter(is_internal=False)))


def write(made: Transcript, language: str, to: IO[bytes]) -> None:
    """Write a transcript as a PDF: headings in `language` (`ar`, `en`, `both`), messages as they were written."""
    rtl = is_rtl(language)
    title = f"{word(made.title, language)} {made.name}"
    pages = Pages(to, title=f"{site_name(language)} — {title}", rtl=rtl)
    pages.build([*_cover(made, title, language), *_said(made.messages, language)])


def _cover(made: Transcript, title: str, language: str) -> Iterator[Flowable]:
    rtl = is_rtl(language)
    yield Band(site_name(language), title, rtl=rtl, logo=logo())
    yield Spacer(1, 14)
    for label, value in [*made.facts, (_("Made"), clock.now())]:
        if value:
            yield Text(f"{word(label, language)}: {_words(value, language)}", rtl=rtl, size=10)
    yield Spacer(1, 12)


def _words(value: Any, language: str) -> str:
    if hasattr(value, "strftime"):
        return f"{local(value, site_zone()):%Y-%m-%d %H:%M}"
    return word(value, language)


def _said(messages: Iterable[Any], language: str) -> Iterator[Flowable]:
    for message in messages:
        yield from _message(message, language)


def _message(message: Any, language: str) -> Iterator[Flowable]:
    """Return a message: its author and time, its words in their own direction, the names of its files."""
    rtl = is_rtl(language)
    kind = word(_("Internal note") if message.is_internal else AuthorType(message.author_type).label, language)
    is_person = message.author_type in (AuthorType.CUSTOMER, AuthorType.AGENT)
    name = [message.author.name] if is_person else []
    by = " · ".join([*name, kind, _words(message.created_at, language)])
    body = Text(message.body, rtl=rtl, size=9.5, own_direction=True, most=MOST_LINES)
    head = Text(by, rtl=rtl, size=8.5, bold=True, color=MUTED if message.is_internal else ACCENT)
    files = [
        Text(f"{word(_('File'), language)}: {row['filename']}", rtl=rtl, size=8.5, color=MUTED)
        for row in message.attachment_rows
    ]
    # The author stays with the first words; a long message goes on over the page.
    if len(message.body) < 1_500:
        yield KeepTogether([head, body, *files])
    else:
        yield from (head, body, *files)
    yield Spacer(1, 10)
