"""A demo that was interrupted and finished, made once for the module that looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from backoffice.demo.make import make_demo
from tests.database import Contents

SIZE = 30
INTERRUPTED_AT = 12


class Interrupted(Exception):
    """Ctrl-C in the middle."""


def interrupt(tickets: int, size: int) -> None:
    if tickets >= INTERRUPTED_AT:
        raise Interrupted


@pytest.fixture(scope="module")
def made(contents: Contents, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """The committed demo of SIZE tickets; the value is what the command said when it finished it."""
    local = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path_factory.mktemp("files")},
    }
    storages = {**settings.STORAGES, "default": local}
    with django_db_blocker.unblock(), override_settings(STORAGES=storages):
        try:
            with pytest.raises(Interrupted):
                make_demo(SIZE, interrupt)
            said = StringIO()
            call_command("demo", tickets=SIZE + 5, stdout=said)
            yield said.getvalue()
        finally:
            connection.close()
            contents.restore()
