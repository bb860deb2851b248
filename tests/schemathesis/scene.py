"""The world that generated requests meet: people, tickets in several states, files, a catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from accounts.tokens import open_family
from bot.models import Rule
from chat.models import ChatMessage
from reports.operations import request_export
from tests.api import Api, data
from tests.cast import Cast, make_cast
from tests.chat import acts
from tests.storage import upload
from tickets.models import Message

ACTORS = ("nobody", "customer", "agent", "administrator")


@dataclass
class Scene:
    """Say who may call, and the ids that make a generated request mean something."""

    cast: Cast
    tickets: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    chats: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    canned: list[str] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    refresh: list[str] = field(default_factory=list)

    def headers(self, actor: str) -> dict[str, str]:
        """Return what signs this actor in; nothing for nobody, so that generated credentials stand."""
        return {"Authorization": f"Bearer {self.tokens[actor]}"} if actor in self.tokens else {}

    def addresses(self, path: str) -> list[dict[str, str]]:
        """Path parameters that name real things, for a path of the document."""
        if path.startswith("/files/"):
            return [{"attachment_id": file["id"], "filename": file["filename"]} for file in self.files]
        if "/categories/" in path:
            return [{"ref": ref} for ref in self.categories]
        if "/bot/rules/" in path:
            return [{"ref": str(pk)} for pk in Rule.objects.values_list("pk", flat=True)]
        if path.startswith("/chat/sessions/"):
            return [{"ref": ref} for ref in self.chats]
        if "/canned-responses/" in path:
            return [{"ref": ref} for ref in self.canned]
        if path.startswith("/support/reports/exports/"):
            return [{"ref": ref} for ref in self.exports]
        if path.startswith("/support/reports/rows/"):
            return [{"key": "overview"}]
        if "{user_id}" in path:
            return [{"ref": ref, "user_id": user} for ref in self.tickets for user in self.people()]
        return [{"ref": ref} for ref in self.tickets]

    def people(self) -> list[str]:
        return [str(user.pk) for name, user in self.cast if isinstance(user, User)]

    def values(self) -> dict[str, list[Any]]:
        """Values of body fields and query parameters that name real things."""
        said = [*self.messages, *self.lines]
        return {
            **{name: self.people() for name in ("agentId", "customerId", "actorId")},
            "teamId": [str(self.cast.team.pk)],
            **dict.fromkeys(("categoryId", "parentId"), self.categories),
            **dict.fromkeys(("ticketId", "sourceId", "entityId"), self.tickets),
            "sourceIds": [[ref] for ref in self.tickets],
            **dict.fromkeys(("lastSeenMessageId", "before", "after"), said),
            "messageId": self.lines,
            "quickReply": [{"messageId": self.lines[-1], "value": value} for value in ("zebra", "ticket", "person")],
            "attachments": [[file["id"]] for file in self.files],
            "email": [str(self.cast.customer.email), str(self.cast.agent.email)],
            "refreshToken": self.refresh,
            "page": [1],
            "limit": [1, 100],
        }


def make_scene() -> Scene:
    """A small shop with one of each; files go to the storage in force."""
    scene = Scene(make_cast())
    cast = scene.cast
    for actor in ACTORS[1:]:
        pair = open_family(getattr(cast, actor))
        scene.tokens[actor] = pair.access
        scene.refresh.append(pair.refresh)
    administrator, agent, customer = Api(cast.administrator), Api(cast.agent), Api(cast.customer)
    _catalogue(scene, administrator)
    scene.files = upload(customer, "receipt.txt", "فاتورة.txt")
    for subject in ("Cracked screen", "الطلب متأخر", "Wrong colour", "Refund"):
        body = {"subject": subject, "description": "See above.", "categoryId": scene.categories[0]}
        scene.tickets.append(data(customer.post("/tickets", body), 201)["id"])
    first, _second, resolved, closed = scene.tickets
    reply = {"body": "Here is the receipt.", "attachments": [scene.files[0]["id"]]}
    data(customer.post(f"/tickets/{first}/messages", reply), 201)
    data(agent.post(f"/tickets/{first}/messages", {"body": "Ask the warehouse.", "isInternal": True}), 201)
    data(agent.post(f"/tickets/{first}/assign", {"agentId": str(cast.agent.pk)}))
    data(agent.post(f"/tickets/{resolved}/status", {"status": "resolved"}))
    data(agent.post(f"/tickets/{closed}/close"))
    scene.messages = [str(pk) for pk in Message.objects.filter(ticket=first).values_list("pk", flat=True)]
    _chats(scene)
    small = request_export("csv", parameters={}, rows=1, by=cast.administrator)
    scene.exports = [str(small.pk)]
    return scene


def _chats(scene: Scene) -> None:
    """The customer's chat with the agent, and the stranger's, which waits; the bot has offered something to choose."""
    cast = scene.cast
    acts.rule("zebra", "About zebras", ("zebra", "reply"), ("ticket", "ticket"), ("person", "handover"))
    acts.started(cast.customer)
    acts.ended(cast.customer)
    acts.started(cast.customer, "a zebra")
    active = acts.accepted(cast.agent, acts.own(cast.customer))
    acts.noted(cast.agent, active)
    acts.told(cast.agent, active)
    scene.chats = [active["id"], acts.waiting(cast.stranger)["id"]]
    rows = ChatMessage.objects.filter(session=active["id"]).order_by("author_type", "pk")
    scene.lines = [str(message.pk) for message in [*rows.exclude(author_type="bot"), *rows.filter(author_type="bot")]]


def _catalogue(scene: Scene, administrator: Api) -> None:
    for index in range(2):
        names = {"nameAr": f"الشحن {index}", "nameEn": f"Shipping {index}"}
        scene.categories.append(data(administrator.post("/tickets/categories", names), 201)["id"])
    text = {"titleAr": "شكر", "titleEn": "Thanks", "bodyAr": "شكرًا لك", "bodyEn": "Thank you", "shortcut": "thanks"}
    scene.canned.append(data(administrator.post("/tickets/canned-responses", text), 201)["id"])
