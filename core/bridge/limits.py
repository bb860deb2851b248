"""The bounds of the bridge, in one frozen value."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much the bridge takes on at once; sizes in bytes, times in seconds.

    Database connections of one process: at most `threads + stream_threads`.
    """

    threads: int = 8
    """Lasting threads that run the application, one whole request each."""
    backlog: int = 64
    """Requests that may wait for a thread; one more is refused with 503."""
    max_body: int | Callable[[str], int] = 2_621_440
    """The largest body, or a function from the path to it (uploads take more)."""
    stream_threads: int = 4
    """Lasting threads that iterate generator responses (exports)."""
    stream_backlog: int = 16
    """Generator responses that may wait for such a thread."""
    file_threads: int = 2
    """Threads that read files a chunk at a time; none is held by a slow reader."""
    stall_seconds: float = 60.0
    """A reader of a long response who takes nothing for so long is cut off."""
    grace_seconds: float = 10.0
    """How long running requests may go on once the server stops."""

    def __post_init__(self) -> None:
        if min(self.threads, self.stream_threads, self.file_threads) < 1:
            raise ValueError("threads, stream_threads and file_threads must be at least 1")
        if min(self.backlog, self.stream_backlog) < 0:
            raise ValueError("backlog and stream_backlog must not be negative")

    def body_cap(self, path: str) -> int:
        """The largest body this path takes, in bytes."""
        return self.max_body(path) if callable(self.max_body) else self.max_body
