"""Every action on a ticket and a chat, by the API and by the back office: the same audit, events, notices and SLA."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from audit.models import Entry
from chat.models import Session
from notifications.models import Item
from tests.api import Api
from tests.cast import Cast
from tests.chat_admin.desk import ChatDesk, active, waiting
from tests.sla.acts import at, moment, policy
from tests.tickets.acts import opened, replied
from tests.tickets_admin.desk import Desk
from tickets.admin.actions import ACTIONS
from tickets.models import Ticket
from tickets.operations import save_macro

Values = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """One action: `asked` of the API at `address` (method and path below the thing), and `typed` into the form.

    Braces name ids of the world; `first` is done by the API before either door is used.
    """

    address: str
    asked: Any = None
    typed: Values | None = None
    first: tuple[tuple[str, Any], ...] = ()


MERGED = (("POST merge", {"sourceIds": ["{other}"]}),)
LINKED = {"ticketId": "{other}", "kind": "related"}
ON_TICKETS = {
    "reply": Act("POST messages", {"body": "Hello"}, {"body": "Hello"}),
    "note": Act("POST messages", {"body": "For us", "isInternal": True}, {"body": "For us"}),
    "status": Act("POST status", {"status": "on_hold", "note": "Parts"}, {"status": "on_hold", "note": "Parts"}),
    "assign": Act("POST assign", {"agentId": "{colleague}"}, {"agent_id": "{colleague}"}),
    "take": Act("POST assign", {"agentId": "{lead}"}, {}),
    "fields": Act("PATCH ", {"subject": "Another", "tags": ["late"]}, {"subject": "Another", "tags": "late"}),
    "priority": Act("PATCH ", {"priority": "urgent"}, {"priority": 4}),
    "escalate": Act(
        "POST escalate", {"reason": "Loud", "agentId": "{colleague}"}, {"reason": "Loud", "agent_id": "{colleague}"}
    ),
    "snooze": Act("POST snooze", {"until": moment(24).isoformat()}, {"until": "2026-03-02 09:00"}),
    "macro": Act("POST macro", {"macroId": "{macro}"}, {"macro_id": "{macro}"}),
    "split": Act(
        "POST split", {"messageId": "{answer}", "subject": "Apart"}, {"message_id": "{answer}", "subject": "Apart"}
    ),
    "merge": Act("POST merge", {"sourceIds": ["{other}"]}, {"source_ids": "{other}"}),
    "unmerge": Act("POST unmerge", {"sourceId": "{other}"}, {"source_id": "{other}"}, MERGED),
    "link": Act("POST links", LINKED, {"ticket_id": "{other}", "kind": "related"}),
    "unlink": Act("DELETE links", LINKED, {"ticket_id": "{other}", "kind": "related"}, (("POST links", LINKED),)),
    "close": Act("POST close"),
    "reopen": Act("POST reopen", first=(("POST close", None),)),
    "watch": Act("PUT watchers/{lead}"),
    "unwatch": Act("DELETE watchers/{lead}", first=(("PUT watchers/{lead}", None),)),
}
ON_CHATS = {
    "accept": Act("POST accept"),
    "reply": Act("POST messages", {"body": "Hello"}, {"body": "Hello"}),
    "note": Act("POST messages", {"body": "For us", "isInternal": True}, {"body": "For us"}),
    "transfer": Act(
        "POST transfer", {"agentId": "{colleague}", "note": "Yours"}, {"agent_id": "{colleague}", "note": "Yours"}
    ),
    "end": Act("POST end"),
    "ticket": Act("POST ticket"),
}


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, ids) for inner in value]
    return value.format(**ids) if isinstance(value, str) else value


def ask(client: Api, root: str, address: str, body: Any, ids: dict[str, str]) -> None:
    method, _space, rest = address.partition(" ")
    path = f"{root}/{rest.format(**ids)}".rstrip("/")
    assert client.request(method, path, filled(body, ids)).status_code < 300, path


def effects(act: Callable[[], Any], ids: dict[str, str]) -> dict[str, Any]:
    """Return what an act leaves behind, ids of this world's things written by their names."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(ord), 0) from rt_event")
        [[before]] = cursor.fetchall()
    entry, item = _newest(Entry), _newest(Item)
    act()
    with connection.cursor() as cursor:
        cursor.execute("select event, room from rt_event where ord > %s order by ord", [before])
        events = [(event, _named(room, ids, people=room.startswith("user:"))) for event, room in cursor.fetchall()]
    entries = Entry.objects.filter(pk__gt=entry).select_related("detail").order_by("pk")
    audit = [
        (
            row.action,
            _named(row.entity_id, ids),
            *(_plain(part, ids) for part in (row.detail.old_values, row.detail.new_values)),
        )
        for row in entries
    ]
    items = Item.objects.filter(pk__gt=item).order_by("pk").values_list("kind", "entity_type")
    return {"audit": audit, "events": events, "notices": list(items)}


def _newest(model: Any) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


PEOPLE = ("lead", "agent", "colleague", "customer")


def _named(text: Any, ids: dict[str, str], *, people: bool = False) -> str:
    """A room or an id with the people, or the other things, of one world under their names: both count from 1."""
    names = {pk: name for name, pk in ids.items() if (name in PEOPLE) == people and name not in ("answer", "macro")}
    return re.sub(r"\d+", lambda found: names.get(found[0], "#"), str(text))


def _plain(values: Any, ids: dict[str, str]) -> Any:
    """Values of an entry; ids and numbers are text, what is counted is a number."""
    return {
        name: _named(value, ids, people=name in ("agentId", "customerId")) if isinstance(value, str) else value
        for name, value in (values or {}).items()
    }


SLA = (
    "status",
    "priority",
    "sla_due_at",
    "resolution_due_at",
    "sla_paused",
    "sla_breached",
    "check_at",
    "snoozed_until",
)


def test_no_action_of_the_pages_is_missing_here():
    assert ON_TICKETS.keys() == ACTIONS.keys()


@pytest.mark.parametrize("slug", ON_TICKETS)
def test_a_ticket_is_left_the_same_by_both_doors(cast: Cast, slug: str) -> None:
    act = ON_TICKETS[slug]
    parts = {"reply_ar": "أهلًا", "status": "pending", "priority": 3, "tags": ["late"], "holder": "me"}
    with at(0):
        policy(cast.administrator, first=60, resolution=600)
        macro = save_macro(None, changes={"name_ar": "أ", "name_en": "A", **parts}, by=cast.lead)
        people = {name: str(getattr(cast, name).pk) for name in ("lead", "colleague", "customer")}
        found = []
        for door in ("api", "page"):
            ticket, other = opened(cast.customer)["id"], opened(cast.customer, subject="Other")["id"]
            answer = replied(cast.customer, {"id": ticket})["id"]
            ids = {**people, "macro": str(macro.pk), "ticket": ticket, "other": other, "answer": answer}
            client, root = Api(cast.lead), f"/tickets/{ticket}"
            for address, body in act.first:
                ask(client, root, address, body, ids)
            if door == "api":
                seen = effects(lambda: ask(client, root, act.address, act.asked, ids), ids)  # noqa: B023
            else:
                typed = filled(act.typed or {}, ids)
                if slug == "unmerge":
                    typed["target_id"] = ticket
                seen = effects(lambda: _typed(Desk(cast.lead).do(int(ticket), slug, **typed)), ids)  # noqa: B023
            seen["sla"] = Ticket.objects.values(*SLA).get(pk=ticket)
            found.append(seen)
    assert found[0] == found[1]
    assert found[0]["audit"]


@pytest.mark.parametrize("slug", ON_CHATS)
def test_a_chat_is_left_the_same_by_both_doors(cast: Cast, slug: str) -> None:
    act = ON_CHATS[slug]
    found = []
    for door, customer in (("api", cast.customer), ("page", cast.stranger)):
        session = waiting(customer) if slug == "accept" else active(customer, cast.agent)
        ids = {"agent": str(cast.agent.pk), "colleague": str(cast.colleague.pk), "customer": str(customer.pk)}
        ids["chat"] = str(session.pk)
        client, root = Api(cast.agent), f"/chat/sessions/{session.pk}"
        if door == "api":
            seen = effects(lambda: ask(client, root, act.address, act.asked, ids), ids)  # noqa: B023
        else:
            typed = filled(act.typed or {}, ids)
            seen = effects(lambda: _typed(ChatDesk(cast.agent).do(session, slug, **typed)), ids)  # noqa: B023
        seen["chat"] = Session.objects.values("status", "agent_id", "ended_by").get(pk=session.pk)
        found.append(seen)
    assert found[0] == found[1]
    assert found[0]["audit"]


def _typed(response: Any) -> None:
    assert response.status_code == 302, response.content.decode()[-3000:]
