"""Define what the product itself says in a chat, in the chat's language."""

from __future__ import annotations

from functools import cache

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.models import AuthorType

Text = str | Promise
CONNECTING = _("I am passing you on to a person. Please wait a moment.")
NOT_KNOWN = _("I have no answer to that, so I am passing you on to a person. Please wait a moment.")
REQUEUED = _("The agent has lost the connection. You are at the front of the queue and the next agent answers you.")
STILL_THERE = _("Are you still there? If we do not hear from you, this chat will end.")
STILL_NEEDED = _("Is there anything else? If nobody writes, this chat will end soon.")
OFFERS: dict[str, Text] = {
    "closed": _("We are outside working hours. Open a ticket and we will answer you there; you may also wait here."),
    "nobody": _("No agent is available now. Open a ticket and we will answer you there; you may also wait here."),
    "waiting": _("You have waited long, and we are sorry. Open a ticket and we will answer you there, or wait on."),
}
OPEN_TICKET = _("Open a ticket")
TICKET_OPENED = _("We opened the ticket %(number)s with what was said here, and will answer you there.")
ENDED_IDLE = _("This chat ends since nobody has written for a while.")
ENDED_GONE = _("This chat ends since you were away for a while.")


_SERVICES: dict[str, Text] = {AuthorType.BOT: AuthorType.BOT.label, AuthorType.SYSTEM: AuthorType.SYSTEM.label}


@cache
def service_name(author_type: str, language: str) -> str:
    """Return what the bot and the product itself are called; empty for people, who have names."""
    return said(_SERVICES[author_type], language) if author_type in _SERVICES else ""


def said(text: Text, language: str, **values: str) -> str:
    """The text in this language, its values filled in."""
    with translation.override(language):
        return str(text) % values if values else str(text)


def ticket_offer(language: str) -> list[dict[str, str]]:
    """The quick reply that opens a ticket."""
    return [{"label": said(OPEN_TICKET, language), "value": "ticket", "action": "ticket"}]
