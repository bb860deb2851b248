"""A storage folder for each test, and desks to work at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.storage import storage
from tests.tickets_admin.desk import Desk

__all__ = ["storage"]


@pytest.fixture(autouse=True)
def _stored(storage: Path) -> None:
    """No test of these writes into the folder of another."""


@pytest.fixture
def desk() -> Callable[..., Desk]:
    """`desk(user)` is that person signed in to the back office, in English unless said otherwise."""
    return Desk
