"""The bounds of the bridge, in one frozen value."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much the bridge takes on at once; sizes in bytes, times in seconds.

    Database connections of one process: at most `threads + upload_threads`.
    """

    threads: int = 8
    """Lasting threads that run the application, one whole request each."""
    backlog: int = 64
    """Requests that may wait for a thread; one more is refused with 503."""
    upload_threads: int = 2
    """Further threads for what takes long, large bodies and `upload_paths`: they hold no thread that answers others."""
    upload_backlog: int = 32
    """Such requests that may wait."""
    upload_paths: frozenset[str] = frozenset()
    max_body: int | Callable[[str], int] = 2_621_440
    """The largest body, or a function from the path to it (uploads take more)."""
    file_threads: int = 2
    """Threads that read files a chunk at a time; none is held by a slow reader."""
    stall_seconds: float = 60.0
    """A reader of a file who takes nothing for so long is cut off."""
    grace_seconds: float = 10.0
    """How long running requests may go on once the server stops."""
    slow_seconds: float = 10.0
    """A request that has not arrived whole by then counts as slow."""
    head_seconds: float = 30.0
    """By then the head of a request has arrived, or it is refused with 408."""
    body_rate: int = 1024
    """Bytes a second that a slow body must bring, looked at every `slow_seconds`."""
    slow_per_address: int = 50
    """Slow requests that one address may have; one more costs the oldest. 0 for any number (behind a proxy)."""

    def __post_init__(self) -> None:
        if min(self.threads, self.upload_threads, self.file_threads) < 1:
            raise ValueError("threads, upload_threads and file_threads must be at least 1")
        if min(self.backlog, self.upload_backlog, self.slow_per_address) < 0:
            raise ValueError("backlog, upload_backlog and slow_per_address must not be negative")

    def body_cap(self, path: str) -> int:
        """Return the largest body this path takes, in bytes."""
        return self.max_body(path) if callable(self.max_body) else self.max_body
