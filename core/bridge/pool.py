"""A fixed number of lasting threads behind a bounded queue; work comes in from the loop and its result goes back."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from time import monotonic
from typing import Any, Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
Inbox = SimpleQueue[Callable[[], object] | None]
"""Where a thread waits for work; None ends it."""


class PoolFull(Exception):
    """Every thread is busy and the queue is at its bound."""


class JobDropped(Exception):
    """The job was taken out of the queue before a thread began it."""


class Job(Generic[T]):
    """A piece of work on its way through the pool; a result nobody takes goes to `discard`."""

    def __init__(self, pool: "WorkPool", work: Callable[[], T], discard: Callable[[T], object] | None) -> None:
        self.waits = pool.busy
        """Whether every thread was busy when it came."""
        self._pool = pool
        self._work = work
        self._discard = discard
        self._loop = asyncio.get_running_loop()
        self._woken: asyncio.Future[None] = self._loop.create_future()
        self._outcome: tuple[T] | None = None
        self._error: BaseException | None = None
        self._delivered = self._dropped = self._given_up = False

    async def result(self) -> T:
        """What the work returned, or raise what it raised, or JobDropped. Once cancelled, may be awaited again."""
        if self._woken.cancelled():
            self._woken = self._loop.create_future()
            self._wake()
        await self._woken
        if self._dropped:
            raise JobDropped
        if self._error is not None:
            raise self._error
        assert self._outcome is not None
        return self._outcome[0]

    def drop(self) -> bool:
        """Take it out of the queue unless a thread has begun it; says whether that was so."""
        if self._pool.forget(self):
            self._dropped = True
            self._wake()
        return self._dropped

    def give_up(self) -> bool:
        """Nobody will await the result: drop the job, or discard what it returns. Says whether it was dropped."""
        if not self.drop():
            self._given_up = True
            if self._delivered:
                self._throw_away()
        return self._dropped

    def run(self) -> None:
        """In the thread: do the work and go back to the loop in one call."""
        try:
            self._outcome = (self._work(),)
        except BaseException as error:
            self._error = error
        with suppress(RuntimeError):  # the loop has stopped: nobody is left to tell
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._pool.finished()
        self._delivered = True
        if self._given_up:
            self._throw_away()
        else:
            self._wake()

    def _wake(self) -> None:
        if (self._delivered or self._dropped) and not self._woken.done():
            self._woken.set_result(None)

    def _throw_away(self) -> None:
        if self._outcome is not None and self._discard is not None:
            self._discard(self._outcome[0])


class WorkPool:
    """Exactly `threads` lasting threads and at most `backlog` jobs waiting. Called on the loop alone.

    The thread that became idle last gets the next job: its connection, its plans and its part of the caches are warm,
    where taking turns would leave all of them cold while there is little to do.
    """

    def __init__(self, name: str, threads: int, backlog: int) -> None:
        self._name = name
        self._size = threads
        self._bound = threads + backlog
        self._load = 0  # admitted and not yet delivered
        self._hand = threading.Lock()  # over the next two
        self._queue: deque[Callable[[], object] | None] = deque()
        self._idle: list[Inbox] = []
        # Whoever pops a job from here, thread or loop, owns it: one atomic step under the GIL.
        self._waiting: dict[Job[Any], None] = {}
        self._threads: list[threading.Thread] = []
        self._stopped = False

    @property
    def full(self) -> bool:
        """Whether one more job would be refused."""
        return self._load >= self._bound or self._stopped

    @property
    def busy(self) -> bool:
        """Whether one more job would have to wait."""
        return self._load >= self._size

    @property
    def waiting(self) -> int:
        """Jobs no thread has begun."""
        return len(self._waiting)

    @property
    def active(self) -> int:
        """Jobs begun and not yet delivered."""
        return max(0, self._load - len(self._waiting))

    def submit(self, work: Callable[[], T], discard: Callable[[T], object] | None = None) -> Job[T]:
        """Queue the work, or raise PoolFull."""
        if self.full:
            raise PoolFull
        job = Job(self, work, discard)
        self._load += 1
        self._waiting[job] = None
        self.later(lambda: self._begin(job))
        return job

    def later(self, work: Callable[[], object]) -> None:
        """Do something short in one of the threads, above the bound and with no answer (closing a response)."""
        if not self._threads:
            self._start()
        self._give(work)

    def _give(self, work: Callable[[], object] | None) -> None:
        with self._hand:
            if not self._idle:
                self._queue.append(work)
                return
            thread = self._idle.pop()
        thread.put(work)

    def forget(self, job: Job[Any]) -> bool:
        """Give up a job that no thread has begun; False if one has."""
        if self._waiting.pop(job, self) is self:
            return False
        self._load -= 1
        return True

    def finished(self) -> None:
        """A job came back to the loop."""
        self._load -= 1

    async def drained(self, timeout: float) -> bool:
        """Wait until nothing is queued or running, at most `timeout` seconds; says whether that was reached."""
        until = monotonic() + timeout
        while self._load and monotonic() < until:
            await asyncio.sleep(0.02)
        return not self._load

    def stop(self, timeout: float) -> None:
        """End the threads once they have done what is queued; wait at most `timeout` seconds for them."""
        if not self._stopped:
            self._stopped = True
            for _ in self._threads:
                self._give(None)
        until = monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))

    def _begin(self, job: Job[Any]) -> None:
        if self._waiting.pop(job, self) is not self:
            job.run()

    def _start(self) -> None:
        for number in range(self._size):
            thread = threading.Thread(target=self._work, name=f"{self._name}-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        mine: Inbox = SimpleQueue()
        while (work := self._next(mine)) is not None:
            try:
                work()
            except BaseException:
                log.exception("work in a pool thread failed")
            del work  # an idle thread holds no request

    def _next(self, mine: Inbox) -> Callable[[], object] | None:
        with self._hand:
            if self._queue:
                return self._queue.popleft()
            self._idle.append(mine)
        return mine.get()
