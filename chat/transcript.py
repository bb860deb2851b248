"""A conversation as text: what a ticket made of a chat begins with, and what is mailed."""

from __future__ import annotations

from django.db.models.functions import Length
from django.utils import translation
from django.utils.translation import gettext as _

from chat.models import ChatMessage, Session
from core.days import site_zone
from tickets.models import AuthorType

MAX_CHARACTERS = 49_000
"""A ticket's description takes 50,000; of a longer conversation the end is kept."""


def transcript(session: Session) -> str:
    """Return what people and the bot said in public, each with its time in the site's zone and its author."""
    said = ChatMessage.objects.complete().filter(session=session, is_internal=False)
    rows = said.exclude(author_type=AuthorType.SYSTEM).order_by("pk")
    with translation.override(session.language):
        text = "\n".join(_line(message) for message in rows)
        if len(text) <= MAX_CHARACTERS:
            return text
        return _("(The beginning is in the chat.)") + "\n" + text[-MAX_CHARACTERS:].partition("\n")[2]


def _line(message: ChatMessage) -> str:
    at = message.created_at.astimezone(site_zone())
    files = "".join(f"\n  [{_('File')}: {row['filename']}]" for row in message.attachment_rows)
    return f"[{at:%Y-%m-%d %H:%M}] {message.author_name}: {message.body}".rstrip() + files


def subject(session: Session) -> str:
    """The longest that the customer said, since it says more than a greeting; as a ticket's subject.

    A quick reply is the bot's wording, and taken only when he wrote nothing himself.
    """
    said = ChatMessage.objects.filter(session=session, author_type=AuthorType.CUSTOMER)
    bodies = said.order_by(Length("body").desc(), "pk").values_list("body", flat=True)
    longest = bodies.filter(reply_value="").first() or bodies.first() or ""
    line = " ".join(longest.split())
    with translation.override(session.language):
        return (line[:117] + "…" if len(line) > 118 else line) or _("A chat")
