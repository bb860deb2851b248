"""The cast and the doors of every test: people, API clients, and databases cleaned as their owner."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests import database
from tests.api import Api
from tests.browser.office import look, office
from tests.browser.site import axe, chromium, site, visit
from tests.cast import Cast, make_cast
from tests.database import superuser
from tests.realtime.web import shared_pair, shared_web, web, web_pair

# Servers and browsers are here, so that all files that a worker runs share one of each.
__all__ = ["axe", "chromium", "look", "office", "shared_pair", "shared_web", "site", "visit", "web", "web_pair"]

# Files with tests of these kinds take longest, and are begun first: begun last, they would run on with one worker idle.
LONG = ("slow", "browser", "node", "proxy")


def pytest_configure(config: pytest.Config) -> None:
    """Quick hashes and no limits, except in the tests that are about them."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.RATES = dict.fromkeys(settings.RATES, (10**9, 60))
    settings.SEARCH_MESSAGES_MS = 60_000
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.EMAIL_IS_CONFIGURED = True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, then those of the most tests; inside a file as before."""
    tests = Counter(item.path for item in items)
    long = {item.path for item in items if any(item.get_closest_marker(kind) for kind in LONG)}
    items.sort(key=lambda item: (item.path not in long, -tests[item.path], str(item.path)))


def waits_for_lock(server: psycopg.Connection[Any]) -> bool:
    """Tell if somebody in this connection's database waits for a lock of somebody else."""
    waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return server.execute(waiting).fetchone() is not None


def pytest_collection_finish() -> None:
    """Leave all that stays until the end out of later collections of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A database of this worker's own, copied from the migrated template, used as the application."""
    name = f"test_support_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock():
        database.copy_template(name)
        database.use(name)
    yield
    with django_db_blocker.unblock():
        connection.close()
    database.drop(name)


@pytest.fixture(scope="session")
def contents(django_db_setup: None) -> database.Contents:
    """`contents.restore()` takes the database back to what it was before the first test."""
    return database.Contents(connection.settings_dict["NAME"])


@pytest.fixture
def transactional_db(contents: database.Contents, django_db_blocker: Any) -> Iterator[None]:
    """The database as it really is: transactions commit, other threads and processes see them; emptied afterwards."""
    with django_db_blocker.unblock():
        yield
        connection.close()
        contents.restore()


@pytest.fixture
def settle(db: None) -> Callable[[], None]:
    """Runs the deferred triggers inside a test's transaction, as a commit would."""
    return connection.check_constraints


ANALYZE = """
create or replace function analyze_here(regclass) returns void language plpgsql security definer as
$$ begin execute format('analyze %s', $1); end $$
"""


@pytest.fixture
def analyze(db: None) -> Iterator[Callable[..., None]]:
    """`analyze(table, …)` counts what the test's own transaction has written too.

    PostgreSQL only warns the application's role, which may not, and another connection sees no such row.
    """

    def run(*tables: str) -> None:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute("select analyze_here(%s::regclass)", [table])

    with superuser(connection.settings_dict["NAME"]) as owner:
        owner.execute(ANALYZE)
        yield run
        owner.execute("drop function analyze_here(regclass)")


@pytest.fixture
def cast(db: None) -> Cast:
    """People with names: a customer and a stranger, agents, a lead, a manager, an administrator."""
    return make_cast()


@pytest.fixture
def committed_cast(transactional_db: None) -> Cast:
    """The same people, committed."""
    return make_cast()


@pytest.fixture
def api() -> Callable[..., Api]:
    """`api(user)` is that person's client; `api()` is nobody's."""
    return Api
