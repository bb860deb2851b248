"""Redis away, readers asleep, processes told to go: sockets stay or come back, and nothing is missing (I5, A7)."""

from __future__ import annotations

import signal
import socket
import threading
import time

import pytest

from core import stores
from tests.realtime.acts import Load, head, opened, report, say
from tests.realtime.client import Client, token_of
from tests.realtime.node_client import NodeClient
from tests.realtime.servers import Redis, Web, published_to, wait_until
from tests.soak import SOAK, sized

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.mark.node
def test_i5_redis_stopped_under_load_costs_latency_and_nothing_else(committed_cast):
    cast = committed_cast
    ticket = opened(cast.customer)
    room, token = f"ticket:{ticket.pk}", token_of(cast.customer)
    away = sized(8, 60)
    with Redis() as redis, published_to(redis.url), Web(REDIS_URL=redis.url) as web:
        with Client(web, token) as client, NodeClient(web, token, auth={"envelope": 1}) as other, Load(room) as load:
            client.done("joinTicket", str(ticket.pk))
            other.done("joinTicket", str(ticket.pk))
            client.wait_seq(room, 20)
            redis.stop()
            stopped = time.monotonic()
            time.sleep(away / 2)
            with Client(web, token) as fresh, NodeClient(web, token) as fresh_other:
                fresh.done("joinTicket", str(ticket.pk))
                fresh_other.done("joinTicket", str(ticket.pk))
                wait_until(lambda: len(fresh.of(room)) > 5, 5)
                wait_until(lambda: len(fresh_other.events("ticket:message")) > 5, 5)
            time.sleep(max(0, stopped + away - time.monotonic()))
            redis.start()
            started = time.monotonic()
            time.sleep(4)
            stores.try_redis(lambda redis: redis.flushall(), None)
            time.sleep(1.5)
            load.ending.set()
            load.thread.join()
            count = head(room)
            client.wait_seq(room, count)
            wait_until(lambda: len(other.events("ticket:message")) >= count - 1)
            assert client.code is None
        first = client.seqs(room)[0]
        assert client.seqs(room) == list(range(first, count + 1))
        assert [frame["seq"] for frame in other.events("ticket:message")][-1] == count
        assert not [said for said in other.said if said["kind"] == "disconnect"]
        assert load.failed == []
        arrived = {
            frame["seq"]: moment
            for moment, frame in zip(client.times, client.frames, strict=False)
            if frame.get("room") == room
        }
        late = max(arrived[seq] - load.committed[seq - 1] for seq in arrived)
        live = [arrived[seq] - load.committed[seq - 1] for seq in arrived if load.committed[seq - 1] > started + 4.5]
        report(f"{count} events; latest {late:.2f} s; slowest write {max(load.took):.3f} s; after it {max(live):.3f} s")
        if SOAK:  # a machine that runs other tests beside this one is late for reasons of its own
            assert late <= 3 + 1
            assert max(load.took) < 0.5 + 0.2
            assert max(live) < 0.5
        # The channel layer logs each failed look at Redis with a traceback of its own.
        assert [found for found in web.tracebacks() if "/realtime/" in found] == []


def test_a7_a_reader_who_stopped_is_paused_and_gets_everything_afterwards(committed_cast):
    cast = committed_cast
    ticket = opened(cast.customer)
    room, token = f"ticket:{ticket.pk}", token_of(cast.customer)
    count, size = sized(1_500, 20_000), 8_000
    with Web(REALTIME_REPLAY_MAX="100000") as web:
        # Fewer of the bytes are the kernel's when the receiver's buffer is small.
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        raw.connect(("127.0.0.1", web.port))
        stalled = Client(web, token, reads=False, sock=raw, max_queue=1, compression=None)
        stalled.send("joinTicket", {"ticketId": str(ticket.pk), "since": 0})  # however late it comes to it
        with Client(web, token) as reader:
            reader.done("joinTicket", str(ticket.pk))
            time.sleep(0.5)
            before = web.rss_bytes()
            for _ in range(count):
                say(room, body="x" * size)
            reader.wait_seq(room, count, 60)
            grown = web.rss_bytes() - before
            report(f"{count * size / 1e6:.0f} MB sent, resident memory grew by {grown / 1e6:.1f} MB")
            assert reader.seqs(room) == list(range(1, count + 1))
            assert grown < 20_000_000
        threading.Thread(target=stalled._read, daemon=True).start()
        wait_until(lambda: stalled.code is not None or (stalled.of(room) and stalled.seqs(room)[-1] == count), 60)
        got = stalled.seqs(room)
        if stalled.code is None:
            report("paused and refilled")
        else:
            report(f"closed with {stalled.code} after {len(got)} events")
            with Client(web, token) as back:
                back.done("joinTicket", {"ticketId": str(ticket.pk), "since": got[-1] if got else 0})
                back.wait_seq(room, count, 60)
                got += back.seqs(room)
        assert got == list(range(1, count + 1))
        stalled.close()


def test_a_reader_who_never_reads_is_closed_in_the_end(committed_cast):
    cast = committed_cast
    ticket = opened(cast.customer)
    room, token = f"ticket:{ticket.pk}", token_of(cast.customer)
    with Web(REALTIME_SLOW_SECONDS="2", REALTIME_BACKLOG_BYTES="65536") as web:
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        raw.connect(("127.0.0.1", web.port))
        stalled = Client(web, token, reads=False, sock=raw, max_queue=1, compression=None)
        stalled.send("joinTicket", {"ticketId": str(ticket.pk), "since": 0})  # however late it comes to it
        for _ in range(700):
            say(room, body="x" * 12_000)
        wait_until(lambda: _closed(web, "4408"), 60, every=0.5)
        stalled.cut()


def _closed(web, code):
    import httpx

    figures = httpx.get(f"{web.site}/metrics", headers={"Authorization": "Bearer figures"}).text
    return f'support_sockets_closed_total{{code="{code}"}} 1.0' in figures


def test_a_process_told_to_go_closes_its_sockets_with_1012(committed_cast):
    with Web() as web:
        client = Client(web, token_of(committed_cast.customer))
        client.event("ready")
        assert web.process is not None
        web.process.send_signal(signal.SIGTERM)

        assert client.closed() == 1012
        web.process.wait(15)
        assert web.tracebacks() == []


@pytest.mark.node
@pytest.mark.parametrize("transports", [["polling", "websocket"], ["websocket"], ["polling"]])
def test_a_process_told_to_go_lets_socketio_clients_come_back_by_themselves(committed_cast, transports):
    token = token_of(committed_cast.customer)
    with Web() as leaving, NodeClient(leaving, token, transports=transports) as client:
        client.event("ready")
        if len(transports) == 2:
            wait_until(lambda: "websocket" in [said.get("transport") for said in client.said])
        assert leaving.process is not None
        leaving.process.send_signal(signal.SIGTERM)
        # "io server disconnect" would keep the client away for good.
        assert client.wait("disconnect")["reason"] in {"transport close", "transport error"}
        leaving.process.wait(15)
        assert leaving.tracebacks() == []
        coming = Web()
        coming.port = leaving.port
        with coming:
            client.wait("connect", count=2, seconds=30)
            assert client.done("pong") == {}


def test_an_idle_subscription_outlives_the_drivers_default_time_out(committed_cast):
    cast = committed_cast
    ticket = opened(cast.customer)
    room = f"ticket:{ticket.pk}"
    # Reconciled once a minute: what comes sooner came over the subscription.
    with Web(REALTIME_RECONCILE_SECONDS="60") as web, Client(web, token_of(cast.customer)) as client:
        client.done("joinTicket", str(ticket.pk))
        time.sleep(6.5)
        say(room)
        client.wait_seq(room, 1)
