"""A storage folder for each test, desks to chat at, and the pages as browsers show them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import axe, chromium
from tests.browser.office import look, office
from tests.chat_admin.desk import ChatDesk
from tests.storage import storage

__all__ = ["axe", "chromium", "look", "office", "storage"]


@pytest.fixture(autouse=True)
def _stored(storage: Path) -> None:
    """No test of these writes into the folder of another."""


@pytest.fixture
def desk() -> Callable[..., ChatDesk]:
    """`desk(user)` is that person signed in to the back office, in English unless said otherwise."""
    return ChatDesk
