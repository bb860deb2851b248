"""Canned responses as they are sent in a chat."""

from __future__ import annotations

from django.conf import settings

from accounts.models import User
from chat.models import Session
from core.text import in_language
from tickets.canned import render
from tickets.models import CannedResponse


def answer(response: CannedResponse, session: Session, agent: User, language: str) -> str:
    """A canned response in this language (`ar` or `en`), in the other one when this one is empty.

    Variables that a chat knows are filled in; the others stay as written, so that the agent sees what is missing.
    """
    values = {
        "customer_name": session.customer.name,
        "agent_name": agent.name,
        "site_name": in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN, language),
        "ticket_number": session.ticket.number if session.ticket else "",
    }
    return render(in_language(response.body_ar, response.body_en, language), values)
