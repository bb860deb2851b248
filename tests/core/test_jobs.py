"""Waking a task costs next to nothing, whatever state the broker is in."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from structlog.testing import capture_logs

from config.embedded import Services
from config.embedded.valkey import Valkey
from core import jobs


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    """A broker of this test's own, which it may stop."""
    services = Services(tmp_path / "data", database=False)
    services.start()
    before, socket = current_app.conf.broker_url, services.layout.valkey_socket
    current_app.conf.broker_url = current_app.conf.broker_write_url = f"redis+socket://{socket}?virtual_host=0"
    _forget()
    yield services.wanted[0]
    current_app.conf.broker_url = current_app.conf.broker_write_url = before
    _forget()
    services.stop()


def _forget() -> None:
    jobs._producers.cache_clear()
    jobs._skip_until = 0.0


def _seconds(times: int = 5) -> float:
    began = time.monotonic()
    for _ in range(times):
        jobs.wake("core.sweep")
    return time.monotonic() - began


def test_a_task_that_is_woken_lies_in_the_queue(broker):
    jobs.wake("core.sweep")
    with current_app.connection_for_read() as connection:
        message = connection.SimpleQueue("support").get(timeout=2)
        assert message.headers["task"] == "core.sweep"
        message.ack()


def test_without_a_broker_nobody_waits_and_nothing_is_raised(broker):
    _seconds(1)
    broker.stop()
    with capture_logs() as logs:
        assert _seconds(100) < 5
        jobs._skip_until = 0.0
        assert _seconds(100) < 5
    assert [log["event"] for log in logs] == ["wake_failed"] * 2
    broker.start()
    jobs._skip_until = 0.0
    with capture_logs() as logs:
        _seconds()
    assert logs == []


def test_a_broker_that_hangs_is_waited_for_once_and_briefly(broker):
    _seconds(1)
    os.kill(broker.process.pid, signal.SIGSTOP)
    try:
        assert _seconds(100) < 5
    finally:
        os.kill(broker.process.pid, signal.SIGCONT)
