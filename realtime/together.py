"""Doing for all who wait together what each would else ask the database for alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from realtime.hub import hub
from realtime.workers import in_thread

Q = TypeVar("Q")
A = TypeVar("A")


class Together(Generic[Q, A]):
    """A queue in front of blocking work: what waits goes in one call, at most `most` at a time, `at_once` calls beside
    each other.

    `work` answers each question in its order; an answer that is an exception is raised to whoever asked. Belongs to the
    loop it is used on.
    """

    def __init__(self, work: Callable[[list[Q]], Sequence[A | Exception]], *, most: int, at_once: int) -> None:
        self._work, self._most, self._free = work, most, at_once
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []

    async def ask(self, question: Q) -> A:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[A] = loop.create_future()
        self._waiting.append((question, answer))
        if len(self._waiting) == 1:
            loop.call_soon(self._go_on)
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
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
