"""The moment an operation happens at: now, or the moment that an import or the demo says it happened."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_at: ContextVar[datetime.datetime | None] = ContextVar("at", default=None)


def now() -> datetime.datetime:
    """The present moment in UTC, or the one set by `at`."""
    return _at.get() or timezone.now()


def is_set() -> bool:
    """Return whether `at` says when this happens: what an import or the demo tells of the past."""
    return _at.get() is not None


@contextmanager
def at(moment: datetime.datetime) -> Iterator[None]:
    """Everything inside happens at this moment."""
    token = _at.set(moment)
    try:
        yield
    finally:
        _at.reset(token)
