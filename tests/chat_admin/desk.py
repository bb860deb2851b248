"""An agent's chats through Django's test client with a real session, and customers who chat through the operations."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import User
from chat.models import Session
from chat.operations import NewChatMessage, accept, hand_over, post, start
from tests.client import Client
from tests.tickets_admin.desk import fields_of, text_of

DESK = "/admin/chat/session/desk/"
LIST = "/admin/chat/session/"


class ChatDesk:
    """`ChatDesk(user).open(session)`, `.do(session, "reply", body="…")`; answers are Django responses."""

    def __init__(self, user: User, language: str = "en") -> None:
        User.objects.filter(pk=user.pk).update(language=language)
        self.user = user
        self.client = Client(raise_request_exception=True)
        self.client.force_login(user)

    def lists(self, **headers: Any) -> Any:
        return self.client.get(DESK, **headers)

    def all(self, **filters: Any) -> Any:
        return self.client.get(LIST, filters)

    def open(self, session: Session | int, **parameters: Any) -> Any:
        return self.client.get(page_of(session), parameters)

    def do(self, session: Session | int, act: str, *, follow: bool = False, **typed: Any) -> Any:
        """Send one form as a browser does: what the page put into it, and over that what was typed."""
        address = act_of(session, act)
        sent = {**fields_of(self.open(session), address), **typed}
        return self.client.post(address, sent, follow=follow)

    def post(self, session: Session | int, act: str, *, by_script: bool = False, **typed: Any) -> Any:
        """Send only this, as no page would; `by_script` as the page's script does."""
        headers = {"HX-Request": "true"} if by_script else {}
        return self.client.post(act_of(session, act), typed, headers=headers)


def page_of(session: Session | int) -> str:
    return reverse("admin:chat_session_change", args=[getattr(session, "pk", session)])


def act_of(session: Session | int, act: str) -> str:
    return reverse("admin:chat_session_act", args=[getattr(session, "pk", session), act])


def offers(response: Any, session: Session | int, act: str) -> bool:
    """Return whether the page has a form for this act."""
    return f'action="{act_of(session, act)}"' in text_of(response)


def waiting(customer: User, text: str = "Where is my order?", language: str = "") -> Session:
    """A chat in the queue, with something said."""
    session = start(by=customer, text=text, language=language).session
    hand_over(by=customer)
    session.refresh_from_db()
    return session


def active(customer: User, agent: User, text: str = "Where is my order?") -> Session:
    """A chat that this agent has."""
    session = waiting(customer, text)
    accept(session.pk, by=agent)
    session.refresh_from_db()
    return session


def says(customer: User, text: str) -> int:
    """The customer says something in his chat; the message's id."""
    return post(None, NewChatMessage(text), by=customer).message.pk
