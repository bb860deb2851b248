"""Two web processes behind the proxy configuration that we ship: both kinds of client, and one process killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time

import httpx
import pytest

from tests.realtime.acts import Load, head, opened, report
from tests.realtime.client import Client, token_of
from tests.realtime.node_client import NodeClient, OurClient, installed
from tests.realtime.proxy import Proxy
from tests.realtime.servers import Web, wait_until
from tests.soak import sized
from tickets.operations import NewMessage, add_message

pytestmark = [pytest.mark.slow, pytest.mark.node, pytest.mark.proxy, pytest.mark.timeout(400)]


@pytest.fixture
def proxy(web_pair):
    with Proxy(*web_pair) as found:
        yield found


def sockets(web, kind):
    """How many sockets of a kind a process holds."""
    figures = httpx.get(f"{web.site}/metrics", headers={"Authorization": "Bearer figures"}).text
    found = re.search(rf'^support_sockets{{[^}}]*"{kind}"[^}}]*}} (\S+)', figures, re.MULTILINE)
    return int(float(found[1])) if found else 0


@pytest.mark.parametrize("transports", [["polling", "websocket"], ["websocket"], ["polling"]])
def test_s6_an_unmodified_client_works_through_the_shipped_proxy(committed_cast, web_pair, proxy, transports):
    cast = committed_cast
    ticket = opened(cast.customer)
    with NodeClient(proxy, token_of(cast.customer), transports=transports) as client:
        if len(transports) == 2:
            wait_until(lambda: "websocket" in [said.get("transport") for said in client.said])
        room = f"ticket:{ticket.pk}"
        assert client.done("joinTicket", str(ticket.pk)) == {"room": room, "seq": 0, "reset": False}
        assert client.ask("joinTicket", "999999")["error"]["code"] == "not_found"
        for number in range(sized(20, 500)):
            add_message(ticket.pk, NewMessage(f"Line {number}"), by=cast.agent)
            if number % 10 == 0:
                assert client.done("joinTicket", str(ticket.pk))["room"] == room
        wait_until(lambda: len(client.events("ticket:message")) == sized(20, 500))
        assert [data["body"] for data in client.events("ticket:message")] == [
            f"Line {n}" for n in range(sized(20, 500))
        ]
        client.done("leaveTicket", str(ticket.pk))
        assert not [said for said in client.said if said["kind"] in {"disconnect", "connect_error"}]
    with NodeClient(proxy, "nonsense", wait=False, transports=transports) as client:
        assert client.wait("connect_error")["message"] == "unauthorized"


def test_s6_plain_sockets_spread_over_the_processes_and_hear_each_others_events(committed_cast, web_pair, proxy):
    cast = committed_cast
    ticket = opened(cast.customer)
    clients = [Client(proxy, token_of(cast.customer)) for _ in range(6)]
    for client in clients:
        client.done("joinTicket", str(ticket.pk))
    assert min(sockets(web, "websocket") for web in web_pair) > 0
    header = f"Authorization: Bearer {token_of(cast.customer)}"
    wscat = [installed() / "node_modules/.bin/wscat", "--no-color", "-c", proxy.address, "-H", header]
    with subprocess.Popen([*wscat, "-w", "4"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as by_hand:
        assert by_hand.stdout is not None
        assert '"event":"ready"' in by_hand.stdout.readline()
        by_hand.kill()
    said = time.monotonic()
    add_message(ticket.pk, NewMessage("We look into it."), by=cast.agent)
    for client in clients:
        assert client.event("ticket:message")["data"]["body"] == "We look into it."
        client.close()
    report(f"{len(clients)} sockets told after {time.monotonic() - said:.2f} s")


def test_s6_the_proxy_says_who_the_caller_is_and_keeps_the_sites_own_pages_welcome(committed_cast, web_pair, proxy):
    cast = committed_cast
    with Client(proxy, token_of(cast.customer), headers={"Origin": proxy.site}) as own_page:
        assert own_page.event("ready")
    with Client(proxy, token_of(cast.customer), headers={"Origin": "https://evil.example"}) as foreign:
        assert foreign.closed() == 4403
    assert httpx.get(f"{proxy.site}/health/live").json() == {"status": "ok"}


@pytest.fixture
def doomed_pair(transactional_db):
    with Web(TRUSTED_PROXY_COUNT="1") as one, Web(TRUSTED_PROXY_COUNT="1") as other, Proxy(one, other) as proxy:
        yield one, other, proxy


def test_i6_the_clients_of_a_killed_process_resume_on_the_other_without_loss(committed_cast, doomed_pair):
    cast = committed_cast
    *pair, proxy = doomed_pair
    ticket = opened(cast.customer)
    ref, room, token = str(ticket.pk), f"ticket:{ticket.pk}", token_of(cast.customer)
    ours = [OurClient(proxy, token) for _ in range(4)]
    theirs = [
        NodeClient(proxy, token, auth={"envelope": 1}, resumes=True, transports=transports)
        for transports in (["polling", "websocket"], ["websocket"], ["polling"])
    ]
    try:
        for client in (*ours, *theirs):
            client.done("joinTicket", ref)
        with Load(room, pause=0.02) as load:
            wait_until(lambda: head(room) > 30)
            doomed, survivor = sorted(pair, key=lambda web: -sockets(web, "socketio"))
            assert sockets(doomed, "socketio") == len(theirs), "one address, one process"
            assert sockets(doomed, "websocket") > 0
            moved = sockets(doomed, "websocket")
            os.kill(doomed.pid, signal.SIGKILL)
            wait_until(lambda: sockets(survivor, "socketio") == 3 and sockets(survivor, "websocket") == 4, 60)
            report(f"{moved} plain and 3 Socket.IO clients went over at {head(room)} events")
            time.sleep(sized(1, 20))
        assert load.failed == []
        count = head(room)
        for client in (*ours, *theirs):
            wait_until(lambda client=client: client.applied(room)[-1:] == [count], 30)
            assert client.applied(room) == list(range(1, count + 1))
    finally:
        for client in (*ours, *theirs):
            client.__exit__()
