"""The bridge under more than it can take: crowds, clients that leave, readers that stall, a stop in the middle."""

import asyncio
import json
import signal
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.bridge_daphne import Daphne, crowd, daphne, read_all, wait_until

MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daphne]:
    with daphne(tmp_path_factory.mktemp("bridge")) as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_is_left_running(server: Daphne) -> Iterator[None]:
    yield
    server.hang_up()
    wait_until(server.idle)
    log = server.log()
    assert "Task exception was never retrieved" not in log
    assert "Producer was not unregistered" not in log
    assert "Unhandled" not in log


def abort(raw: socket.socket) -> None:
    """Leave with a reset, as a closed laptop's router would say."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.close()


def files_closed(server: Daphne) -> int:
    count: int = server.stats()["counts"].get("file closed", 0)
    return count


def slow_count(server: Daphne) -> int:
    count: int = server.stats()["counts"].get("slow", 0)
    return count


def test_300_clients_on_a_slow_view_get_200_or_503_and_no_more_threads(server: Daphne) -> None:
    before = server.stats()
    answers = asyncio.run(crowd(server.port, 300, "/slow?ms=100"))
    after = server.stats()
    tally = Counter(status for status, _, _ in answers)
    assert set(tally) == {200, 503}
    assert tally[200] >= 20  # four threads and a backlog of sixteen
    for status, headers, body in answers:
        if status == 503:
            assert int(headers[b"retry-after"]) >= 1
            assert json.loads(body)["error"]["code"] == "unavailable"
    assert after["bridge"]["refused"] - before["bridge"]["refused"] == tally[503]
    assert after["counts"]["slow"] - before["counts"].get("slow", 0) == tally[200]
    assert after["threads_web"] == 4
    assert after["all_threads"] <= 1 + 4 + 2 + 2  # the last two close files


def test_the_loop_answers_while_every_thread_is_busy(server: Daphne) -> None:
    busy = [server.get("/slow?ms=1500") for _ in range(20)]
    wait_until(lambda: server.stats()["bridge"]["waiting"] == 16)
    assert server.request("GET", "/health/live")[0].status == 200
    assert server.stats()["bridge"]["waiting"] == 16
    assert server.request("GET", "/echo")[0].status == 503
    for raw in busy:
        abort(raw)


def test_a_request_whose_client_left_the_queue_never_runs(server: Daphne) -> None:
    before, dropped = slow_count(server), server.stats()["bridge"]["dropped"]
    busy = [server.get("/slow?ms=500") for _ in range(4)]
    wait_until(lambda: server.stats()["bridge"]["active"] == 4)
    waiting = [server.get("/slow?ms=1") for _ in range(10)]
    wait_until(lambda: server.stats()["bridge"]["waiting"] == 10)
    for raw in waiting:
        abort(raw)
    wait_until(lambda: server.stats()["bridge"]["waiting"] == 0, 0.4)
    for raw in busy:
        assert b"slow" in raw.recv(4096)
        raw.close()
    assert slow_count(server) - before == 4
    assert server.stats()["bridge"]["dropped"] - dropped == 10


def test_a_client_that_leaves_while_sending_its_body_takes_no_thread(server: Daphne) -> None:
    for _ in range(20):
        abort(server.connect(b"POST /upload HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 50_000))
    assert server.request("GET", "/echo")[0].status == 200
    assert server.idle()


def test_a_client_that_leaves_while_a_thread_works_frees_it_when_done(server: Daphne) -> None:
    for raw in [server.get("/slow?ms=200") for _ in range(4)]:
        abort(raw)
    wait_until(server.idle)
    assert server.request("GET", "/echo")[0].status == 200


def test_work_that_takes_long_is_told_that_its_client_has_left(server: Daphne) -> None:
    raw = server.get("/long")
    wait_until(lambda: server.stats()["counts"].get("long begun") == 1)
    assert "long left" not in server.stats()["counts"]
    abort(raw)
    wait_until(lambda: server.stats()["counts"].get("long left") == 1)


def test_a_client_that_leaves_a_file_stops_it_and_closes_it_once(server: Daphne) -> None:
    before = files_closed(server)
    for _ in range(2):
        raw = server.get("/file")
        raw.recv(1000)
        abort(raw)
    wait_until(server.idle)
    wait_until(lambda: files_closed(server) == before + 2)


def test_a_100_mb_file_is_held_back_by_a_slow_reader_and_blocks_nobody(server: Daphne) -> None:
    server.request("GET", "/file")
    before = server.memory()
    readers = [server.get("/file?times=5", receive_buffer=4096), server.get("/file?times=5", receive_buffer=4096)]
    for raw in readers:
        raw.recv(1000)
    begun = time.monotonic()
    for _ in range(50):
        assert server.request("GET", "/echo")[0].status == 200
    assert time.monotonic() - begun < 2
    assert server.memory() - before < 16 * MEGABYTE
    assert server.stats()["bridge"]["active"] == 0
    assert server.stats()["bridge"]["files_active"] == 2
    got = 1000
    while got < 100 * MEGABYTE:
        part = readers[0].recv(MEGABYTE)
        assert part
        got += len(part)
    assert server.memory() - before < 16 * MEGABYTE
    for raw in readers:
        abort(raw)


def test_files_are_sent_to_many_slow_readers_without_a_pool_thread(server: Daphne) -> None:
    server.request("GET", "/file")
    wait_until(lambda: files_closed(server))
    before, closed = server.memory(), files_closed(server)
    readers = []
    for _ in range(30):
        readers.append(server.get("/file", receive_buffer=4096))
        assert readers[-1].recv(1000).startswith(b"HTTP/1.1 200 ")
    seen = server.stats()["bridge"]
    assert (seen["files_active"], seen["active"], seen["waiting"]) == (30, 0, 0)
    assert server.request("GET", "/slow?ms=1")[0].status == 200
    assert server.memory() - before < 30 * MEGABYTE
    for raw in readers[1:]:
        abort(raw)
    wait_until(lambda: server.stats()["bridge"]["files_active"] == 1)
    got = 1000
    while got < 20 * MEGABYTE:
        got += len(readers[0].recv(MEGABYTE))
    readers[0].close()
    wait_until(lambda: files_closed(server) == closed + 30)


def test_100_uploads_at_once_do_not_eat_the_memory(server: Daphne) -> None:
    """Each is held on disk; the first ones run, the rest is refused or waits."""
    before = server.memory()
    body = b"x" * 3_900_000
    head = b"POST /upload HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    statuses: Counter[bytes] = Counter()
    peak = before

    def upload() -> None:
        with server.connect(head) as raw:
            raw.sendall(body)
            statuses[read_all(raw)[9:12]] += 1

    threads = [threading.Thread(target=upload) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            peak = max(peak, server.memory())
            thread.join(0.02)
    assert set(statuses) <= {b"200", b"503"}
    assert statuses[b"200"] >= 20
    assert peak - before < 40 * MEGABYTE


def test_a_reader_that_stalls_is_cut_off(tmp_path: Path) -> None:
    with daphne(tmp_path, BRIDGE_STALL_SECONDS="0.5") as server:
        readers = [server.get("/file", receive_buffer=4096) for _ in range(2)]
        wait_until(lambda: server.stats()["bridge"]["files_active"] == 2)
        wait_until(server.idle)
        for raw in readers:
            assert len(read_all(raw)) < 20 * MEGABYTE


def test_a_stop_lets_running_requests_finish(tmp_path: Path) -> None:
    with daphne(tmp_path) as server:
        running = [server.get("/slow?ms=700") for _ in range(6)]
        wait_until(lambda: server.stats()["bridge"]["waiting"] == 2)
        server.process.send_signal(signal.SIGTERM)
        for raw in running:
            assert read_all(raw).endswith(b"slow")
        assert server.process.wait(5) == 0


def test_a_stop_lets_running_requests_finish_beside_one_that_is_half_sent(tmp_path: Path) -> None:
    with daphne(tmp_path) as server:
        server.connect(b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nhalf")
        server.connect(b"GET /echo HT")
        running = [server.get("/slow?ms=700") for _ in range(2)]
        wait_until(lambda: server.stats()["bridge"]["active"] == 2)
        server.process.send_signal(signal.SIGTERM)
        for raw in running:
            assert read_all(raw).endswith(b"slow")
        assert server.process.wait(5) == 0


def test_requests_one_after_the_other_stay_with_a_warm_thread(server: Daphne) -> None:
    asyncio.run(crowd(server.port, 8, "/slow?ms=50"))  # every thread has begun
    threads = [server.raw(b"GET /where HTTP/1.0\r\n\r\n").rpartition(b"\r\n\r\n")[2] for _ in range(12)]
    [(_, most)] = Counter(threads).most_common(1)
    assert most > 6, threads  # in turn each of the four would have three
