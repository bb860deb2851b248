"""Fixtures of the socket tests: web processes shared by all of them, and a channel layer that can be made to fail."""

from __future__ import annotations

import re

import pytest

from tests.realtime.servers import Web

SECRET = re.compile(r"\beyJ[\w-]{8,}\.|[?&][\w-]+=")
"""A token or a query string."""


@pytest.fixture(scope="session")
def _shared(django_db_setup):
    with Web() as found:
        yield found


@pytest.fixture(scope="session")
def _shared_pair(_shared):
    with Web() as other:
        yield _shared, other


@pytest.fixture
def web(_shared, transactional_db):
    """One web process on the test's database; a test leaves no traceback and no secret in its log."""
    before = len(_shared.tracebacks())
    yield _shared
    assert _shared.tracebacks()[before:] == []
    assert SECRET.search(_shared.log()) is None


@pytest.fixture
def web_pair(_shared_pair, transactional_db):
    """Two of them."""
    return _shared_pair
