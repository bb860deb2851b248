"""Fixtures of the suites that cut across."""

import pytest

from tests.crosscut.world import World, build_world
from tests.storage import storage

__all__ = ["storage", "world"]


@pytest.fixture
def world(cast, storage) -> World:
    """Everything that a route of the API can be about, once."""
    return build_world(cast)
