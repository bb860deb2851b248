"""A planted internal note is found by no customer on any path: no text, no file, no count, no time, no event."""

from __future__ import annotations

import datetime

import orjson
import pytest
from django.db import connection

from accounts.models import User
from chat.models import ChatMessage
from notifications.kinds import kinds
from notifications.models import Item
from tests.api import Api, data
from tests.chat import acts as chats
from tests.crosscut.routes import ROUTES, filled
from tests.storage import upload
from tests.tickets.acts import act, noted, replied, seen
from tickets.models import Message

TOKEN = "zzNOTEzzTOKENzz"
FILE_TOKEN = "zzFILEzzTOKENzz"
QUERIES = (
    "",
    "?limit=100",
    "?sortBy=updatedAt",
    "?hasAttachments=true",
    "?hasAttachments=false",
    "?after=1",
    "?before=999999",
)


@pytest.fixture
def planted(world, settle):
    """Every way a note comes into being, each with the token in it; and public messages around them."""
    agent, ticket, other = world.cast.agent, {"id": world.ids["ticket"]}, {"id": world.ids["other"]}
    [file] = upload(Api(agent), f"{FILE_TOKEN}.txt")
    noted(agent, ticket, f"{TOKEN} plain", attachments=[file["id"]], clientMessageId=f"{TOKEN}-id")
    noted(agent, ticket, f"{TOKEN} @{world.cast.lead.email} @{world.cast.customer.email}")
    act(agent, other, "escalate", {"reason": f"{TOKEN} reason"})
    act(agent, other, "status", {"status": "on_hold", "note": f"{TOKEN} with a status"})
    act(agent, ticket, "status", {"status": "open", "note": f"{TOKEN} reopened"})
    replied(agent, ticket, "A public word")
    replied(world.cast.customer, ticket, "Thanks")
    noted(agent, {"id": world.ids["source"]}, f"{TOKEN} through a merged source")
    chat = {"id": world.ids["chat"]}
    [paper] = upload(Api(agent), f"{FILE_TOKEN}.txt")
    chats.noted(agent, chat, f"{TOKEN} in a chat", attachments=[paper["id"]], clientMessageId=f"{TOKEN}-chat")
    hand_on = {"agentId": str(world.cast.colleague.pk), "note": f"{TOKEN} with a transfer"}
    data(Api(agent).post(f"/chat/sessions/{chat['id']}/transfer", hand_on))
    data(Api(world.cast.colleague).post(f"/chat/sessions/{chat['id']}/ticket"), 201)
    world.ids["chat_file"] = f"{paper['id']}/{FILE_TOKEN}.txt"
    settle()
    assert Message.objects.filter(is_internal=True).count() == 6
    assert ChatMessage.objects.filter(is_internal=True).count() == 2
    world.ids["note_file"] = f"{file['id']}/{FILE_TOKEN}.txt"
    return world


def held(text: bytes | str) -> bool:
    """Return whether a token stands in it, as it is or escaped."""
    raw = text if isinstance(text, bytes) else text.encode()
    return TOKEN.encode() in raw or FILE_TOKEN.encode() in raw


def test_the_agent_finds_it_so_the_crawl_would_too(planted):
    assert held(planted.client("agent").get(f"/tickets/{planted.ids['ticket']}/messages").content)
    assert (
        held(planted.client("administrator").get(f"/tickets/{planted.ids['ticket']}/history?limit=100").content)
        is False
    )
    assert held(planted.client("agent").get(f"/tickets/{planted.ids['other']}/history").content)
    assert held(planted.client("agent").get(f"/chat/sessions/{planted.ids['chat']}/messages").content)


@pytest.mark.parametrize("actor", ["customer", "guest", "stranger", "nobody"])
def test_no_answer_of_any_get_route_holds_it(planted, actor):
    client = planted.client(actor)
    readable = 0
    for route in (route for route in ROUTES if route.method == "GET"):
        for thing in ("ticket", "other", "source"):
            ids = {**planted.ids, "ticket": planted.ids[thing]}
            for query in QUERIES:
                response = client.get(filled(route.path, ids) + query)
                content = b"".join(response.streaming_content) if response.streaming else response.content
                readable += response.status_code == 200
                assert not held(content), (route.name, query)
                assert not held(orjson.dumps(dict(response.headers))), route.name
                if "{" not in route.path and not query:
                    break
    assert readable or actor == "nobody"
    for file in ("note_file", "chat_file"):
        assert client.get(f"/files/{planted.ids[file]}").status_code in {401, 404}


def test_what_customers_write_is_answered_without_it(planted):
    customer, ticket = planted.cast.customer, {"id": planted.ids["ticket"]}
    first = data(planted.client("customer").get(f"/tickets/{ticket['id']}/messages"))[0]["id"]
    moved = planted.client("customer").post(
        f"/tickets/{ticket['id']}/messages", {"body": "x", "lastSeenMessageId": first}
    )
    assert moved.status_code == 409
    assert not held(moved.content)
    answers = [
        replied(customer, ticket, "once more", clientMessageId=f"{TOKEN}-id"),
        act(customer, ticket, "close"),
        act(customer, ticket, "rate", {"rating": 1}),
        act(customer, {"id": planted.ids["other"]}, "close"),
    ]
    answers[0].pop("clientMessageId")
    assert not held(orjson.dumps(answers))


def test_no_event_of_a_customers_rooms_holds_it(planted):
    customers = {f"user:{user.pk}" for user in User.objects.customers()}
    with connection.cursor() as cursor:
        cursor.execute("select room, event, data::text from rt_event")
        rows = cursor.fetchall()
    leaked = {(room, event) for room, event, text in rows if held(text)}
    assert leaked
    assert {room.partition(":")[0] for room, _event in leaked} == {"ticket-staff", "chat-staff"}
    theirs = [text for room, _event, text in rows if room.startswith(("ticket:", "chat:")) or room in customers]
    assert theirs
    assert not any(held(text) or "isInternal" in text or "staffUpdatedAt" in text for text in theirs)


def test_no_notification_of_a_customer_holds_it(planted):
    told = 0
    for item in Item.objects.all():
        kind = kinds()[item.kind]
        for recipient in kind.recipients(item):
            if recipient.is_customer:
                told += 1
                assert not held(repr(kind.context(item, recipient)))
        assert not held(repr(item.data))
    assert told


def test_counts_and_times_are_those_of_public_messages(planted):
    for thing in ("ticket", "other"):
        ticket = {"id": planted.ids[thing]}
        mine = seen(planted.cast.customer, ticket)
        public = Message.objects.filter(ticket_id=ticket["id"], is_internal=False)
        assert mine["messageCount"] == public.count()
        last = public.order_by("-created_at")[0].created_at
        assert datetime.datetime.fromisoformat(mine["lastMessageAt"]) == last
        notes = Message.objects.filter(ticket_id=ticket["id"], is_internal=True).values_list("created_at", flat=True)
        told = [value for value in mine.values() if isinstance(value, str)]
        assert not {note.isoformat().replace("+00:00", "Z") for note in notes} & set(told)


def test_no_search_of_a_customer_finds_it(planted):
    for actor in ("customer", "guest", "stranger"):
        response = planted.client(actor).post("/tickets/admin/search", {"messageContent": TOKEN})
        assert response.status_code == 404
    for name in ("query", "messageContent"):
        for words in (TOKEN, TOKEN.lower(), FILE_TOKEN, f"{TOKEN} reason"):
            response = planted.client("customer").get(f"/tickets?{name}={words}")
            assert response.status_code == 400 or response.json()["meta"]["total"] == 0, (name, words)
    assert planted.client("customer").get("/tickets?query=Main").json()["meta"]["total"] == 1
    found = planted.client("agent").post("/tickets/admin/search", {"messageContent": TOKEN})
    assert found.json()["meta"]["total"] == 2


def test_a_room_of_customers_takes_no_note_even_by_mistake(planted):
    from tickets.forms import message_forms

    notes = list(Message.objects.complete().filter(is_internal=True)[:1])
    with pytest.raises(ValueError, match="no customer form"):
        message_forms(notes, staff=False)
