"""A part of a test whose writing is undone on purpose."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress


class Undone(Exception):
    """Why it was undone."""


@contextmanager
def undone(scope: AbstractContextManager[object]) -> Iterator[None]:
    """Undo what is written inside with `scope` (a unit, an attempt, a transaction), which ends by an exception."""
    with suppress(Undone), scope:
        yield
        raise Undone
