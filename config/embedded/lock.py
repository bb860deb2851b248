"""Say who owns and who uses the services of a data folder: two locks that the kernel drops with their holder."""

import fcntl
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.embedded.errors import EmbeddedError


@dataclass(frozen=True)
class Owner:
    """The process that owns the services: its id (0 while unknown), its command line, and whether they are up."""

    pid: int
    command: str
    ready: bool

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command})" if self.pid else "another process"


class FileLock:
    """One lock file; held by at most one process alone, or by many shared, until released or dead."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def acquire(self, *, shared: bool = False, wait: bool = False) -> bool:
        """Return whether the lock is ours now. Raises EmbeddedError when the file cannot be opened."""
        if self._file is None:
            try:
                self._file = self.path.open("a+", encoding="utf-8")
            except OSError as error:
                raise EmbeddedError(
                    f"Cannot open {self.path}: {error.strerror}; run as its owner or choose another DATA_DIR."
                ) from error
        kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(self._file, kind)
        except BlockingIOError:
            self.release()
            return False
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def write_owner(self, *, ready: bool) -> None:
        """Says in the file who holds it; only the holder may."""
        assert self._file is not None
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]).strip()
        self._file.seek(0)
        self._file.truncate()
        json.dump({"pid": os.getpid(), "command": command, "ready": ready}, self._file)
        self._file.flush()

    def read_owner(self) -> Owner:
        """Return the process that said last that it holds the lock; unknown while one is just writing."""
        try:
            return Owner(**json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return Owner(0, "", False)
