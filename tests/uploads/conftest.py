"""A storage folder for each test, and the door that uploads go through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.api import Api
from tests.uploads.door import as_json


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """The local storage of this test."""
    location = tmp_path / "files"
    local = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": location, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    }
    settings.STORAGES = {**settings.STORAGES, "default": local}
    return location


@pytest.fixture
def send(api: Callable[..., Api]) -> Callable[..., Any]:
    """`send(user, (name, content), …)` uploads as base64 in JSON."""

    def run(user: Any, *files: tuple[str, bytes], path: str = "/tickets/upload", **headers: str) -> Any:
        return api(user).post(path, as_json(files), **headers)

    return run


@pytest.fixture
def stored(folder: Path) -> Callable[[], list[Path]]:
    """The files that lie in storage now."""
    return lambda: [path for path in folder.rglob("*") if path.is_file()]
