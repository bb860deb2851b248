"""Typing ends with its message or with the last socket that types, and goes to the room that is meant."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from django.db import connection

from chat.operations import start
from tests.api import Api, data
from tests.database import superuser
from tests.realtime.acts import opened
from tests.realtime.client import Client, token_of
from tests.realtime.servers import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

BEFORE_IT_ENDS_BY_ITSELF = 4


def room_of_two(people: ExitStack, webs, cast, join: str, ref: str) -> tuple[Client, Client]:
    """A customer and an agent in one room, each at a process of their own."""
    one, other = webs
    customer = people.enter_context(Client(one, token_of(cast.customer)))
    agent = people.enter_context(Client(other, token_of(cast.agent)))
    customer.done(join, ref)
    agent.done(join, ref)
    return customer, agent


def heard(client: Client) -> list[str]:
    return [frame["event"] for frame in client.frames if frame["event"].startswith("typing:")]


def types_until_heard(typist: Client, listener: Client, **key: object) -> None:
    """Signals reach another process once the room is known there."""
    before = len(heard(listener))
    wait_until(
        lambda: typist.done("sendTyping", {**key, "isTyping": True}) and len(heard(listener)) > before, 20, every=1
    )


@pytest.mark.parametrize("door", ["ticket by REST", "chat by REST", "chat by socket"])
def test_typing_ends_with_its_message(door, committed_cast, web_pair):
    cast = committed_cast
    chat = start(by=cast.customer).session
    ticket = opened(cast.customer)
    key = {"ticketId": str(ticket.pk)} if door.startswith("ticket") else {"sessionId": str(chat.pk)}
    join, ref = ("joinTicket", str(ticket.pk)) if door.startswith("ticket") else ("joinChat", str(chat.pk))
    with ExitStack() as people:
        customer, agent = room_of_two(people, web_pair, cast, join, ref)
        types_until_heard(customer, agent, **key)
        if door == "chat by socket":
            customer.done("sendMessage", {**key, "clientMessageId": "c1", "body": "Here I am"})
        else:
            path = f"/tickets/{ticket.pk}/messages" if "ticketId" in key else "/chat/my-session/messages"
            data(Api(cast.customer).post(path, {"body": "Here I am"}), 201)
        agent.event("typing:stop", BEFORE_IT_ENDS_BY_ITSELF)
        assert heard(agent)[-1] == "typing:stop"


def test_the_message_of_another_ends_nobodys_typing(committed_cast, web_pair):
    cast, ticket = committed_cast, opened(committed_cast.customer)
    key = {"ticketId": str(ticket.pk)}
    with ExitStack() as people:
        customer, agent = room_of_two(people, web_pair, cast, "joinTicket", str(ticket.pk))
        types_until_heard(customer, agent, **key)
        data(Api(cast.colleague).post(f"/tickets/{ticket.pk}/messages", {"body": "We look into it"}), 201)
        agent.event("ticket:message")
        customer.event("ticket:message")
        types_until_heard(agent, customer, **key)  # a signal that comes after any stop of the customer's
        assert "typing:stop" not in heard(agent)


@pytest.mark.parametrize("beside", [True, False], ids=["in one process", "in two processes"])
def test_closing_one_of_two_tabs_that_type_does_not_end_it_for_both(beside, committed_cast, web_pair):
    cast, ticket = committed_cast, opened(committed_cast.customer)
    key = {"ticketId": str(ticket.pk)}
    with ExitStack() as people:
        first, agent = room_of_two(people, web_pair, cast, "joinTicket", str(ticket.pk))
        second = people.enter_context(Client(web_pair[0 if beside else 1], token_of(cast.customer)))
        second.done("joinTicket", str(ticket.pk))
        types_until_heard(first, agent, **key)
        types_until_heard(second, agent, **key)
        first.done("leaveTicket", str(ticket.pk))
        second.done("sendTyping", {**key, "isTyping": False})
        agent.event("typing:stop")
        types_until_heard(second, agent, **key)  # comes after all that was said before
        assert heard(agent).count("typing:stop") == 1


def test_an_id_that_fits_a_joined_ticket_and_a_joined_chat_is_refused(committed_cast, web):
    cast = committed_cast
    ticket = opened(cast.customer)
    with superuser(connection.settings_dict["NAME"]) as server:
        server.execute("select setval('chat_session_id_seq', %s, false)", [ticket.pk])
    chat = start(by=cast.customer).session
    assert chat.pk == ticket.pk
    with Client(web, token_of(cast.customer)) as customer, Client(web, token_of(cast.agent)) as agent:
        for client in (customer, agent):
            client.done("joinChat", str(chat.pk))
        assert customer.done("sendTyping", [str(chat.pk), True]) == {"room": f"chat:{chat.pk}"}
        for client in (customer, agent):
            client.done("joinTicket", str(ticket.pk))
        before = len(heard(agent))
        for arguments in ([str(chat.pk), True], {"": str(chat.pk), "isTyping": True}):
            assert customer.refused("sendTyping", arguments) == "ambiguous"
        assert customer.refused("typing:start", str(chat.pk)) == "ambiguous"
        both = {"ticketId": str(ticket.pk), "sessionId": str(chat.pk), "isTyping": True}
        assert customer.refused("sendTyping", both) == "ambiguous"
        named = {"ticketId": str(ticket.pk), "isTyping": True}
        assert customer.done("sendTyping", named) == {"room": f"ticket:{ticket.pk}"}
        started = agent.wait(lambda frame: frame["event"] == "typing:start" and "ticketId" in frame["data"])
        assert started["data"]["ticketId"] == str(ticket.pk)
        assert len(heard(agent)) == before + 1
