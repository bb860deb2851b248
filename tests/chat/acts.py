"""Define what people do in chats, through the API."""

from __future__ import annotations

import itertools
from typing import Any

from accounts.models import User
from bot.models import Rule
from tests.api import Api, data

_names = itertools.count(1)


def started(customer: User, message: str = "", **more: Any) -> dict[str, Any]:
    """The customer's chat, opened or gone on with."""
    response = Api(customer).post("/chat/sessions", {"message": message, **more} if message else more)
    assert response.status_code in {200, 201}, response.content
    return dict(response.json()["data"])


def waiting(customer: User, message: str = "أحتاج مساعدة") -> dict[str, Any]:
    """A chat of the customer's that waits for an agent."""
    started(customer, message)
    return dict(data(Api(customer).post("/chat/my-session/handover")))


def accepted(agent: User, session: dict[str, Any]) -> dict[str, Any]:
    return dict(data(Api(agent).post(f"/chat/sessions/{session['id']}/accept")))


def active(customer: User, agent: User) -> dict[str, Any]:
    """A chat that the agent has."""
    return accepted(agent, waiting(customer))


def said(customer: User, body: str = "نعم", **more: Any) -> dict[str, Any]:
    """A message of the customer's."""
    return dict(data(Api(customer).post("/chat/my-session/messages", {"body": body, **more}), 201))


def told(agent: User, session: dict[str, Any], body: str = "أهلا", **more: Any) -> dict[str, Any]:
    """A message of the agent's."""
    return dict(data(Api(agent).post(f"/chat/sessions/{session['id']}/messages", {"body": body, **more}), 201))


def noted(agent: User, session: dict[str, Any], body: str = "a note", **more: Any) -> dict[str, Any]:
    return told(agent, session, body, isInternal=True, **more)


def own(customer: User) -> Any:
    return data(Api(customer).get("/chat/my-session"))


def own_thread(customer: User) -> list[dict[str, Any]]:
    return list(data(Api(customer).get("/chat/my-session/messages?limit=100")))


def thread(agent: User, session: dict[str, Any]) -> list[dict[str, Any]]:
    return list(data(Api(agent).get(f"/chat/sessions/{session['id']}/messages?limit=100")))


def seen(agent: User, session: dict[str, Any]) -> dict[str, Any]:
    return dict(data(Api(agent).get(f"/chat/sessions/{session['id']}")))


def ended(customer: User) -> dict[str, Any]:
    return dict(data(Api(customer).post("/chat/my-session/end")))


def rule(pattern: str, answer: str, *replies: tuple[str, str], priority: int = 50) -> Rule:
    """A rule of the bot's with quick replies `(value, action)`."""
    number = next(_names)
    return Rule.objects.create(
        name_ar=f"قاعدة {number}",
        name_en=f"Rule {number}",
        trigger_patterns=[pattern],
        response_ar=f"{answer} (ع)",
        response_en=answer,
        priority=priority,
        quick_replies=[
            {"labelAr": f"{value} ع", "labelEn": f"{value} E", "value": value, "action": action}
            for value, action in replies
        ],
    )
