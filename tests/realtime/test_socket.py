"""The plain socket: ways in, joins, live events, leaving, limits."""

from __future__ import annotations

import pytest

from accounts.events import access_changed
from accounts.operations import update_profile
from core.operation import operation_scope
from tests.cast import customer
from tests.realtime.client import Client, subprotocols, token_of
from tests.realtime.servers import wait_until
from tickets.operations import NewMessage, NewTicket, add_message, create_ticket

pytestmark = pytest.mark.slow


def test_a_token_lets_in_by_header_by_subprotocol_and_by_first_frame(committed_cast, web):
    token = token_of(committed_cast.customer)
    with Client(web, token) as by_header:
        assert by_header.event("ready")["data"]["user"]["id"] == str(committed_cast.customer.pk)
    with Client(web, subprotocols=subprotocols(token)) as by_subprotocol:
        assert by_subprotocol.event("ready")
        assert by_subprotocol.socket.subprotocol == "support.v1"
    with Client(web) as by_frame:
        assert by_frame.done("auth", {"token": token})["expiresAt"]
        assert by_frame.event("ready")
    with Client(web, "nonsense") as refused:
        assert refused.closed() == 4401


def test_a_message_reaches_customer_and_agent_each_in_their_form(committed_cast, web):
    cast = committed_cast
    ticket = create_ticket(NewTicket("Screen", "It is cracked."), by=cast.customer)
    with Client(web, token_of(cast.customer)) as customer, Client(web, token_of(cast.agent)) as agent:
        assert customer.done("joinTicket", {"ticketId": str(ticket.pk)})["room"] == f"ticket:{ticket.pk}"
        assert agent.done("joinTicket", str(ticket.pk))["room"] == f"ticket-staff:{ticket.pk}"
        add_message(ticket.pk, NewMessage("We look into it."), by=cast.agent)
        seen, told = customer.event("ticket:message"), agent.event("ticket:message")
        assert seen["data"]["body"] == told["data"]["body"] == "We look into it."
        assert "isInternal" not in seen["data"]
        assert told["data"]["isInternal"] is False
        assert customer.done("leaveTicket", str(ticket.pk)) == {"room": f"ticket:{ticket.pk}"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ar", ["لم يُعثر على شيء هنا.", "لا يوجد إجراء بهذا الاسم.", "هذا ليس كائن JSON يحمل إجراءً."]),
        ("en", ["Nothing was found here.", "There is no such action.", "This is not a JSON object with an action."]),
    ],
)
def test_a_refusal_is_said_in_the_language_of_who_asks(committed_cast, web, language, said):
    with Client(web, token_of(customer("Sara", language))) as client:
        client.event("ready")
        answers = [client.act("joinTicket", {"ticketId": "999999"})["error"], client.act("dance")["error"]]
        client.socket.send("[]")
        answers.append(client.event("error")["data"])
        assert [answer["message"] for answer in answers] == said


def test_a_language_that_was_changed_is_that_of_the_next_refusals(committed_cast, web):
    person = customer("Sara", "en")
    with Client(web, token_of(person)) as client:
        client.event("ready")
        update_profile(person.pk, changes={"language": "ar"}, by=person)
        with operation_scope():
            access_changed([person.pk], "rights_changed")  # else it is read within a minute
        wait_until(lambda: client.act("dance")["error"]["message"] == "لا يوجد إجراء بهذا الاسم.", every=0.2)
