"""A storage folder for each test, and desks to chat at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chat_admin.desk import ChatDesk


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """The local storage of this test."""
    location = tmp_path / "files"
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location}}
    settings.STORAGES = {**settings.STORAGES, "default": local}
    return location


@pytest.fixture
def desk() -> Callable[..., ChatDesk]:
    """`desk(user)` is that person signed in to the back office, in English unless said otherwise."""
    return ChatDesk
