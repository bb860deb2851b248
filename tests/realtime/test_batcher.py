"""Questions that come at the same moment are answered by one call, each his own, whatever becomes of the others."""

from __future__ import annotations

import asyncio
import threading

import pytest

from realtime import batcher
from realtime.batcher import Batcher


class Tasks:
    """A hub that does nothing but run tasks."""

    def __init__(self):
        self.running = set()

    def spawn(self, work):
        task = asyncio.ensure_future(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)


@pytest.fixture(autouse=True)
def _tasks(monkeypatch, transactional_db):
    tasks = Tasks()
    monkeypatch.setattr(batcher, "hub", lambda: tasks)


def answered(work, *, most=10, at_once=1, questions=(1, 2, 3)):
    """Return what each question is answered, and then one more that comes alone."""

    async def run():
        queue = Batcher(work, most=most, at_once=at_once)
        first = await asyncio.wait_for(asyncio.gather(*map(queue.ask, questions), return_exceptions=True), 5)
        return first, await asyncio.wait_for(asyncio.gather(queue.ask(9), return_exceptions=True), 5)

    return asyncio.run(run())


def test_what_comes_together_is_asked_together_and_no_more_than_so_many_at_a_time():
    calls = []

    def work(questions):
        calls.append(questions)
        return [number * 10 for number in questions]

    assert answered(work, most=2) == ([10, 20, 30], [90])
    assert calls == [[1, 2], [3], [9]]


def test_an_answer_that_is_an_exception_goes_to_whoever_asked():
    first, then = answered(lambda questions: [KeyError(2) if number == 2 else number for number in questions])
    assert (first[0], type(first[1]), first[2], then) == (1, KeyError, 3, [9])


@pytest.mark.parametrize("wrong", [lambda questions: [1], lambda questions: 1 / 0, lambda questions: None])
def test_work_that_fails_is_told_to_all_and_the_next_are_asked(wrong):
    first, then = answered(lambda questions: wrong(questions) if len(questions) > 1 else questions)
    assert all(isinstance(answer, Exception) for answer in first)
    assert then == [9]


def test_who_went_meanwhile_keeps_nothing_from_the_others():
    begun, go_on = threading.Event(), threading.Event()

    def work(questions):
        begun.set()
        go_on.wait(5)
        return questions

    async def run():
        queue = Batcher(work, most=10, at_once=1)
        here, gone, later = (asyncio.ensure_future(queue.ask(number)) for number in (1, 2, 3))
        await asyncio.to_thread(begun.wait, 5)
        waits = asyncio.ensure_future(queue.ask(4))
        await asyncio.sleep(0)
        gone.cancel()
        waits.cancel()
        go_on.set()
        return await asyncio.wait_for(asyncio.gather(here, later, queue.ask(5)), 5)

    assert asyncio.run(run()) == [1, 3, 5]
