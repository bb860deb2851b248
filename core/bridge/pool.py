"""A fixed number of lasting threads behind a bounded queue."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from time import monotonic
from typing import Any


class PoolFull(Exception):
    """Every thread is busy and the queue is at its bound."""


class Job(Future[Any]):
    """Work on its way through the pool; `cancel()` takes it out as long as no thread has begun it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.work = work

    def run(self) -> None:
        """Do the work in a pool thread, unless it was cancelled."""
        if not self.set_running_or_notify_cancel():
            return
        try:
            self.set_result(self.work())
        except BaseException as error:
            self.set_exception(error)


class WorkPool:
    """At most `threads` threads, and at most `backlog` jobs that wait for one.

    The thread that became idle last gets the next job: its database connection and its part of the caches are warm,
    where taking turns would leave all of them cold while there is little to do.
    """

    def __init__(self, name: str, threads: int, backlog: int) -> None:
        self._name, self._size, self._backlog = name, threads, backlog
        self._lock = threading.Lock()  # over all that follows
        self._waiting: deque[Job] = deque()
        self._idle: list[SimpleQueue[Job | None]] = []
        self._threads: list[threading.Thread] = []
        self._stopped = False

    @property
    def full(self) -> bool:
        """Tell whether one more job would be refused."""
        return self._stopped or (self.active >= self._size and len(self._waiting) >= self._backlog)

    @property
    def waiting(self) -> int:
        """Count the jobs that no thread has begun."""
        return len(self._waiting)

    @property
    def active(self) -> int:
        """Count the threads at work."""
        return len(self._threads) - len(self._idle)

    def submit(self, work: Callable[[], Any]) -> Job:
        """Hand the work to a thread or queue it; raises PoolFull."""
        job = Job(work)
        with self._lock:
            if self.full:
                raise PoolFull
            if self._idle:
                self._idle.pop().put(job)
            elif len(self._threads) < self._size:
                self._start(job)
            else:
                self._waiting.append(job)
        return job

    def drop(self, job: Job) -> bool:
        """Take a job out of the queue; False if a thread has begun it."""
        with self._lock:
            if job in self._waiting:
                self._waiting.remove(job)
        return job.cancel()

    def stop(self, timeout: float) -> None:
        """Take no more, end the threads once the queue is done, and wait at most `timeout` seconds for them."""
        with self._lock:
            self._stopped = True
            while self._idle:
                self._idle.pop().put(None)
            threads = [*self._threads]
        until = monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, until - monotonic()))

    def _start(self, job: Job) -> None:
        thread = threading.Thread(
            target=self._work, args=(job,), name=f"{self._name}-{len(self._threads)}", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def _work(self, job: Job | None) -> None:
        inbox: SimpleQueue[Job | None] = SimpleQueue()
        while job is not None:
            job.run()
            del job  # an idle thread holds no request
            job = self._next(inbox) or inbox.get()

    def _next(self, inbox: SimpleQueue[Job | None]) -> Job | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._idle.append(inbox)
            if self._stopped:
                inbox.put(None)
        return None
