"""Fixtures of the account tests."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from core import stores
from tests.storage import storage

__all__ = ["storage"]


@pytest.fixture
def without_redis(settings, monkeypatch) -> Iterator[None]:
    """Redis is away: its address leads to a port where nobody listens."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{port.getsockname()[1]}/0"
        monkeypatch.setattr(stores, "_client", None)
        monkeypatch.setattr(stores, "_skip_until", 0.0)
        yield
    # monkeypatch gives the real client back; the breaker must not outlive this test.


@pytest.fixture
def fresh_rates() -> None:
    """Counts of earlier tests are gone."""
    client = stores.client()
    for key in client.scan_iter("support:rate:*"):
        client.delete(key)
