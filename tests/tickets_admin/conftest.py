"""A storage folder for each test, desks to work at, and the pages as browsers show them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import axe, chromium, site, visit
from tests.browser.office import look, office
from tests.storage import storage
from tests.tickets_admin.desk import Desk

__all__ = ["axe", "chromium", "look", "office", "site", "storage", "visit"]


@pytest.fixture(autouse=True)
def _stored(storage: Path) -> None:
    """No test of these writes into the folder of another."""


@pytest.fixture
def desk() -> Callable[..., Desk]:
    """`desk(user)` is that person signed in to the back office, in English unless said otherwise."""
    return Desk
