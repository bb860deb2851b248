"""The world of the generated calls, taken back after every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.schemathesis.conftest import scene
from tests.schemathesis.scene import Scene
from tests.schemathesis.worlds import undone

__all__ = ["scene"]


@pytest.fixture(autouse=True)
def _taken_back(scene: Scene) -> Iterator[None]:
    with undone():
        yield
