"""Where the current work comes from: request id, address and user agent, for audit entries and logs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """The door a change came through; empty strings outside a request."""

    request_id: str = ""
    ip_address: str = ""
    user_agent: str = ""


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def origin() -> Origin:
    """The origin of the current request, or an empty one."""
    return _origin.get()


@contextmanager
def request_context(value: Origin) -> Iterator[None]:
    """Everything inside is recorded as coming from this origin."""
    token = _origin.set(value)
    try:
        yield
    finally:
        _origin.reset(token)
