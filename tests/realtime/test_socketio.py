"""Clients of the earlier system, as they are: an unmodified socket.io-client in every transport, and wscat."""

from __future__ import annotations

import subprocess

import pytest

from tests.realtime.client import token_of
from tests.realtime.node_client import NodeClient, installed
from tests.realtime.servers import wait_until
from tickets.operations import NewMessage, NewTicket, add_message, create_ticket

pytestmark = [pytest.mark.slow, pytest.mark.node]


@pytest.mark.parametrize("transports", [["polling", "websocket"], ["websocket"], ["polling"]])
def test_s6_an_unmodified_client_connects_joins_hears_and_leaves(committed_cast, web, transports):
    cast = committed_cast
    ticket = create_ticket(NewTicket("Screen", "It is cracked."), by=cast.customer)
    with NodeClient(web, token_of(cast.customer), transports=transports) as client:
        assert client.event("ready")["user"]["id"] == str(cast.customer.pk)
        if len(transports) == 2:
            wait_until(lambda: "websocket" in [said.get("transport") for said in client.said])
        assert client.done("joinTicket", str(ticket.pk)) == {"room": f"ticket:{ticket.pk}", "seq": 0, "reset": False}
        assert client.done("joinTicket", {"ticketId": str(ticket.pk)})["room"] == f"ticket:{ticket.pk}"
        refusal = {"code": "not_found", "message": "لم يُعثر على شيء هنا."}
        assert client.ask("joinTicket", "999999")["error"] == refusal
        add_message(ticket.pk, NewMessage("We look into it."), by=cast.agent)
        assert client.event("ticket:message")["body"] == "We look into it."
        client.done("leaveTicket", str(ticket.pk))
        add_message(ticket.pk, NewMessage("Are you there?"), by=cast.agent)
        assert client.done("pong") == {}
        assert len(client.events("ticket:message")) == 1
        client.emit("joinTicket", None)
        assert client.event("error")["code"] == "bad_request"
        client.cut()
        client.wait("connect", count=2)


def test_s6_a_bad_token_is_a_connect_error_and_not_a_hanging_client(committed_cast, web):
    with NodeClient(web, "nonsense", wait=False) as client:
        refused = client.wait("connect_error")
    assert refused["message"] == "unauthorized"
    assert refused["data"]["closeCode"] == 4401


def test_s6_wscat_with_an_authorization_header_hears_events(committed_cast, web):
    cast = committed_cast
    ticket = create_ticket(NewTicket("Screen", "It is cracked."), by=cast.customer)
    header = f"Authorization: Bearer {token_of(cast.customer)}"
    join = f'{{"action":"joinTicket","data":"{ticket.pk}","ref":1}}'
    command = [installed() / "node_modules/.bin/wscat", "--no-color", "-c", web.address, "-H", header, "-x", join]
    with subprocess.Popen([*command, "-w", "4"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as wscat:
        assert wscat.stdout is not None
        lines = [wscat.stdout.readline() for _ in range(2)]
        assert '"event":"ready"' in lines[0]
        assert '"ok":true' in lines[1]
        add_message(ticket.pk, NewMessage("We look into it."), by=cast.agent)
        assert '"event":"ticket:message"' in wscat.stdout.readline()
        wscat.kill()
