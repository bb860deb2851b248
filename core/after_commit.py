"""The only caller of transaction.on_commit: work that may fail without undoing what was committed."""

from collections.abc import Callable
from typing import Any

import structlog
from django.db import transaction

log = structlog.get_logger(__name__)


def after_commit(function: Callable[..., None], *args: Any) -> None:
    """Run `function(*args)` once the transaction has committed; an error is logged, never raised.

    Django 5.2 raises after the commit when a failing functools.partial is registered, hence the closure.
    """

    def run() -> None:
        try:
            function(*args)
        except Exception:
            log.exception("after_commit_failed", function=getattr(function, "__qualname__", repr(function)))

    transaction.on_commit(run, robust=True)
