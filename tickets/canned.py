"""Canned responses filled in: a pure rendering of `{variables}`, and what they stand for on a ticket."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.conf import settings

from accounts.models import User
from core.text import in_language
from tickets.models import CannedResponse, Ticket

VARIABLES = ("customer_name", "ticket_number", "agent_name", "order_id", "site_name")
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


def render(text: str, values: Mapping[str, str]) -> str:
    """`text` with each `{variable}` replaced by its value.

    A variable that is unknown or has no value stays as it is written, so that the agent sees what is missing; what a
    value holds is never rendered again.
    """
    return _VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text)


def values_for(ticket: Ticket, agent: User, language: str) -> dict[str, str]:
    """Return what the variables stand for when this agent answers this ticket in this language (`ar` or `en`)."""
    return {
        "customer_name": ticket.customer.name,
        "ticket_number": ticket.number,
        "agent_name": agent.name,
        "order_id": ticket.order_id,
        "site_name": in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN, language),
    }


def answer(response: CannedResponse, ticket: Ticket, agent: User, language: str) -> str:
    """A canned response as it would be sent in this language; in the other one when this one is empty."""
    body = in_language(response.body_ar, response.body_en, language)
    return render(body, values_for(ticket, agent, language))
