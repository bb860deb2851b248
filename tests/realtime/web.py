"""The web processes that the tests of sockets share: one or two for each worker."""

from __future__ import annotations

import re

import pytest

from tests.realtime.servers import Web

SECRET = re.compile(r"\beyJ[\w-]{8,}\.|[?&][\w-]+=")
"""A token or a query string."""


@pytest.fixture(scope="session")
def shared_web(django_db_setup):
    with Web() as found:
        yield found


@pytest.fixture(scope="session")
def shared_pair(shared_web):
    with Web() as other:
        yield shared_web, other


@pytest.fixture
def web(shared_web, transactional_db):
    """One web process on the test's database; a test leaves no traceback and no secret in its log."""
    before = len(shared_web.tracebacks())
    yield shared_web
    assert shared_web.tracebacks()[before:] == []
    assert SECRET.search(shared_web.log()) is None


@pytest.fixture
def web_pair(shared_pair, transactional_db):
    """Two of them."""
    return shared_pair
