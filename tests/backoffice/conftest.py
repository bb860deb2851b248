"""Doors and audit entries for the tests of the back office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from audit.models import Entry
from tests.backoffice.door import Pages


@pytest.fixture
def pages(db: None) -> Callable[..., Pages]:
    """`pages(user)` is that person in the back office; `pages()` stands outside."""
    return Pages


@pytest.fixture
def english(cast: Any) -> Any:
    """The cast, all reading English."""
    User.objects.update(language="en")
    for _name, person in cast:
        person.language = "en"
    return cast


@pytest.fixture
def acts(db: None) -> Callable[..., list[Entry]]:
    """`acts("SIGNED_IN")` are the audit entries of that act, oldest first."""

    def find(action: str, **filters: Any) -> list[Entry]:
        return list(Entry.objects.select_related("detail").filter(action=action, **filters).order_by("pk"))

    return find
