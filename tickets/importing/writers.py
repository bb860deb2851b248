"""Batches are written on two connections beside each other, and answered in the order of the file."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, TypeVar

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

WRITERS = 2
Batch = TypeVar("Batch")
Made = TypeVar("Made")


def written(batches: Iterable[Batch], write: Callable[[Batch], Made]) -> Iterator[Made]:
    """Yield what `write` makes of each batch; at most WRITERS and one more wait.

    The first failure is raised, and the batches that were begun are written to their end. In a transaction of the
    caller's all are written in it, one after another.
    """
    if connection.in_atomic_block:
        yield from map(write, batches)
        return
    waiting: deque[Future[Made]] = deque()
    with _writers() as submit:
        for batch in batches:
            waiting.append(submit(copy_context().run, write, batch))
            if len(waiting) > WRITERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def words_gathered() -> Iterator[None]:
    """Words that this connection writes go into the indexes of search in large pieces.

    Whatever is left when it fails is left to autovacuum; it is found all the same.
    """
    _gather_words()
    yield
    with connection.cursor() as cursor:
        cursor.execute("select settle_search()")
        cursor.execute("reset gin_pending_list_limit; reset work_mem")


def _gather_words() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set gin_pending_list_limit = '64MB'; set work_mem = '64MB'")


@contextmanager
def _writers() -> Iterator[Callable[..., Future[Any]]]:
    """Something that has work done on a writer's connection."""
    opened: list[BaseDatabaseWrapper] = []
    own = threading.local()

    def work(run: Callable[..., Any], *given: Any) -> Any:
        if not hasattr(own, "begun"):
            opened.append(connections["default"])
            _gather_words()
            own.begun = True
        return run(*given)

    try:
        with ThreadPoolExecutor(WRITERS, "import") as threads:
            yield lambda *given: threads.submit(work, *given)
    finally:
        for each in opened:
            each.inc_thread_sharing()
            each.close()
