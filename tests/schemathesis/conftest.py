"""One world for all generated requests: each request is undone, so each meets the same world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import override_settings

from tests.schemathesis.calls import EXAMPLES, SEED
from tests.schemathesis.scene import Scene, make_scene
from tests.schemathesis.worlds import undone


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Scene]:
    """The world, in a transaction that is rolled back at the end of the module."""
    location = tmp_path_factory.mktemp("files")
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location}}
    with (
        django_db_blocker.unblock(),
        override_settings(STORAGES={**settings.STORAGES, "default": local}),
        undone(),
    ):
        yield make_scene()


@pytest.fixture(scope="module", autouse=True)
def told(request: pytest.FixtureRequest) -> None:
    """Says what makes this run happen again."""
    line = f"SCHEMATHESIS_SEED={SEED} SCHEMATHESIS_EXAMPLES={EXAMPLES}"
    request.config.get_terminal_writer().line(line)
