"""A folder of its own for the files of one test."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.api import Api, data


@pytest.fixture
def storage(tmp_path: Path, settings: Any) -> Path:
    """Files of this test are written here."""
    location = tmp_path / "files"
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location}}
    settings.STORAGES = {**settings.STORAGES, "default": local}
    return location


def upload(client: Api, *names: str) -> list[dict[str, Any]]:
    """Text files of these names, uploaded; their attachments."""
    files = [{"base64": b64encode(f"in {name}".encode()).decode(), "filename": name} for name in names]
    return data(client.post("/tickets/upload", {"files": files}), 201)["attachments"]
