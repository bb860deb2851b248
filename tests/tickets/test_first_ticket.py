"""The story of the first ticket, through HTTP."""

from realtime.models import Room
from tests.api import data, refusal

SUBJECT = "شاشة الهاتف مكسورة"


def opened(api, customer, **more):
    body = {"subject": SUBJECT, "description": "وصل الهاتف والشاشة مكسورة، أرجو المساعدة.", **more}
    return data(api(customer).post("/tickets", body), 201)


def test_a_ticket_is_opened_answered_and_read(cast, api):
    ticket = opened(api, cast.customer, orderId="A-1001", priority="high")
    assert ticket["ticketNumber"].startswith("TKT-20")
    assert ticket["status"] == "open"
    assert ticket["messageCount"] == 1
    assert "customer" not in ticket

    agent = api(cast.agent)
    seen = data(agent.get(f"/tickets/{ticket['ticketNumber']}"))
    assert seen["customer"]["name"] == cast.customer.name
    assert seen["realtime"]["room"] == f"ticket-staff:{ticket['id']}"
    note = data(agent.post(f"/tickets/{ticket['id']}/messages", {"body": "SECRET-NOTE", "isInternal": True}), 201)
    assert note["isInternal"] is True
    answer = data(agent.post(f"/tickets/{ticket['id']}/messages", {"body": "سنرسل لك جهازا جديدا."}), 201)
    assert answer["author"]["type"] == "agent"
    assigned = data(agent.post(f"/tickets/{ticket['id']}/assign", {"agentId": str(cast.agent.pk)}))
    assert assigned["assignee"]["name"] == cast.agent.name
    assert assigned["status"] == "in_progress"
    assert assigned["firstResponseAt"]
    data(agent.post(f"/tickets/{ticket['id']}/status", {"status": "resolved"}))

    customer = api(cast.customer)
    mine = data(customer.get(f"/tickets/{ticket['id']}"))
    assert mine["status"] == "resolved"
    assert mine["assignee"] == {"name": cast.agent.name}
    thread = customer.get(f"/tickets/{ticket['id']}/messages")
    assert [message["body"] for message in data(thread)][-1] == "سنرسل لك جهازا جديدا."
    assert len(data(thread)) == 2
    assert b"SECRET-NOTE" not in thread.content
    rated = data(customer.post(f"/tickets/{ticket['id']}/rate", {"rating": 5, "feedback": "ممتاز"}))
    assert rated["rating"]["rating"] == 5
    assert len(data(customer.get("/tickets"))) == 1


def test_a_stranger_and_nobody_find_nothing(cast, api):
    ticket = opened(api, cast.customer)
    refusal(api(cast.stranger).get(f"/tickets/{ticket['id']}"), 404, "not_found")
    refusal(api(cast.stranger).get("/tickets/999999999"), 404, "not_found")
    refusal(api().get(f"/tickets/{ticket['id']}"), 401, "unauthenticated")
    assert data(api(cast.stranger).get("/tickets")) == []


def test_a_ticket_comes_with_the_head_of_its_readers_room(cast, api, settle):
    ticket = opened(api, cast.customer)
    assert ticket["realtime"]["seq"] == 0  # numbers are given at the commit
    for internal in (False, True):
        said = {"body": "Noted.", "isInternal": internal}
        data(api(cast.agent).post(f"/tickets/{ticket['id']}/messages", said), 201)
    settle()
    heads = {}
    for reader in (cast.customer, cast.agent):
        for ref in (ticket["id"], ticket["ticketNumber"]):
            shown = data(api(reader).get(f"/tickets/{ref}"))["realtime"]
            heads[shown["room"]] = shown["seq"]
            assert shown["seq"] == Room.objects.get(pk=shown["room"]).seq > 0
    assert len(set(heads.values())) == 2


def test_history_tells_staff_what_happened(cast, api, settle):
    ticket = opened(api, cast.customer)
    settle()
    history = data(api(cast.agent).get(f"/tickets/{ticket['id']}/history"))
    assert [entry["action"] for entry in history] == ["TICKET_CREATED"]
    assert history[0]["actorModel"] == "Customer"
    refusal(api(cast.customer).get(f"/tickets/{ticket['id']}/history"), 404, "not_found")
