"""A small world that every route of the API finds something in, and the bodies that routes take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from accounts.tokens import open_family
from bot.models import Rule
from tests.api import Api, data
from tests.cast import PASSWORD, Cast, customer
from tests.chat import acts as chats
from tests.storage import upload
from tickets.operations import save_macro

ABSENT = "999999999"


@dataclass
class World:
    """`ids` fill the braces of a path; `cast` are the people, `disabled` one who was switched off."""

    cast: Cast
    disabled: Api
    ids: dict[str, str]
    clients: dict[str, Api] = field(default_factory=dict)

    def client(self, actor: str) -> Api:
        """The client of an actor of the matrix."""
        if actor not in self.clients:
            person = getattr(self.cast, actor, None)
            self.clients[actor] = self.disabled if actor == "disabled" else Api(person)
        return self.clients[actor]


def build_world(cast: Cast) -> World:
    """The customer's ticket (resolved, rated by nobody yet), two more of his, one merged; chats; and the catalogue."""
    owner, agent, lead = Api(cast.customer), Api(cast.agent), Api(cast.lead)

    def opened(subject: str) -> dict[str, Any]:
        return data(owner.post("/tickets", {"subject": subject, "description": "…"}), 201)

    ticket, other, source = opened("Main"), opened("Other"), opened("Source")
    data(lead.post(f"/tickets/{ticket['id']}/merge", {"sourceIds": [source["id"]]}))
    data(agent.post(f"/tickets/{ticket['id']}/status", {"status": "resolved"}))
    category = data(lead.post("/tickets/categories", {"nameAr": "أ", "nameEn": "A"}), 201)
    canned_body = {"titleAr": "أ", "titleEn": "A", "bodyAr": "أ", "bodyEn": "A", "shortcut": "a"}
    canned = data(lead.post("/tickets/canned-responses", canned_body), 201)
    macro = save_macro(None, changes={"name_ar": "أ", "name_en": "A", "reply_en": "Hello"}, by=cast.lead)
    file, loose = upload(owner, "photo.txt", "loose.txt")
    see = {"body": "see", "attachments": [file["id"]]}
    answer = data(owner.post(f"/tickets/{other['id']}/messages", see), 201)
    ids = {
        **_chats(cast),
        "ticket": ticket["id"],
        "other": other["id"],
        "source": source["id"],
        "answer": answer["id"],
        "category": category["id"],
        "canned": canned["id"],
        "macro": str(macro.pk),
        "rule": str(Rule.objects.order_by("pk")[0].pk),
        "user": str(cast.agent.pk),
        "customer": str(cast.customer.pk),
        "file": f"{file['id']}/{file['filename']}",
        "loose": loose["id"],
    }
    return World(cast, _disabled(), ids)


def _chats(cast: Cast) -> dict[str, str]:
    """The customer's chat that the agent has, after one that ended unrated; and the stranger's, which waits."""
    chats.started(cast.customer)
    chats.ended(cast.customer)
    chat = chats.active(cast.customer, cast.agent)
    line = chats.told(cast.agent, chat, "Chat line")
    return {"chat": chat["id"], "line": line["id"], "queued": chats.waiting(cast.stranger)["id"]}


def _disabled() -> Api:
    """Someone who had signed in and was then switched off, in the database alone: the token itself is still good."""
    user = customer("Disabled")
    token = open_family(user).access
    User.objects.filter(pk=user.pk).update(is_active=False)
    client = Api(token=token)
    client.user = user
    return client


NEW_TICKET = {"subject": "New", "description": "…"}
LOGIN = {"email": "nobody@example.test", "password": PASSWORD}
