"""Doing for all who wait together what each would else ask the database for alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from realtime.current_hub import hub
from realtime.workers import in_thread

Q = TypeVar("Q")
A = TypeVar("A")
Work: TypeAlias = Callable[[list[Q]], Sequence[A | Exception]]


class Batcher(Generic[Q, A]):
    """A queue in front of blocking work: what waits goes in one call, at most `most` at a time, `at_once` calls beside
    each other.

    `work` answers each question in its order; an answer that is an exception is raised to whoever asked, one that
    nobody waits for any more goes to `unclaimed`. Every loop has a queue of its own.
    """

    def __init__(
        self, work: Work[Q, A], *, most: int, at_once: int, unclaimed: Callable[[A], None] = lambda answer: None
    ) -> None:
        self._work, self._most, self._at_once, self._unclaimed = work, most, at_once, unclaimed
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue[Q, A]] = WeakKeyDictionary()

    async def ask(self, question: Q) -> A:
        """The answer to one question; raises what `work` raised or answered."""
        loop = asyncio.get_running_loop()
        queue = self._queues.get(loop)
        if queue is None:
            queue = self._queues[loop] = _Queue(self._work, self._most, self._at_once, self._unclaimed)
        return await queue.put(question, loop.create_future())


class _Queue(Generic[Q, A]):
    def __init__(self, work: Work[Q, A], most: int, free: int, unclaimed: Callable[[A], None]) -> None:
        self._work, self._most, self._free, self._unclaimed = work, most, free, unclaimed
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []

    async def put(self, question: Q, answer: asyncio.Future[A]) -> A:
        self._waiting.append((question, answer))
        if len(self._waiting) == 1:
            answer.get_loop().call_soon(self._go_on)
        return await answer

    def _go_on(self) -> None:
        while self._waiting and self._free:
            together, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            self._free -= 1
            hub().spawn(self._answer(together))

    async def _answer(self, together: list[tuple[Q, asyncio.Future[A]]]) -> None:
        try:
            answers: Sequence[A | Exception] = await in_thread(self._work, [question for question, _ in together])
            if len(answers) != len(together):
                raise RuntimeError(f"{len(answers)} answers to {len(together)} questions")
        except Exception as error:
            answers = [error] * len(together)
        finally:
            self._free += 1
        self._go_on()
        for (_question, future), answer in zip(together, answers, strict=True):
            if future.done():  # the socket has gone
                if not isinstance(answer, Exception):
                    self._unclaimed(answer)
            elif isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
