"""The output of several children as one log, each line behind its child's name."""

import os
import selectors
from typing import TextIO

LINE_BYTES = 64 * 1024
NAME_WIDTH = 8


class Output:
    """Reads the children's pipes without blocking and writes whole lines.

    A line that cannot be written (the disk is full, nobody reads any more) is dropped and counted; the count is written
    before the next line that can be.
    """

    def __init__(self, target: TextIO) -> None:
        self.target = target
        self.dropped = 0
        self._selector = selectors.DefaultSelector()
        self._rest: dict[int, bytes] = {}

    def pipe(self, name: str) -> int:
        """Make a pipe for the child `name`; return the end to give to the child, to be closed here with `os.close`."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        self._selector.register(reading, selectors.EVENT_READ, name)
        self._rest[reading] = b""
        return writing

    def say(self, line: str, name: str = "up") -> None:
        """Write one line of our own."""
        try:
            if self.dropped:
                self._write(f"{'up':<{NAME_WIDTH}}| {self.dropped} lines could not be written here and were dropped\n")
                self.dropped = 0
            self._write(f"{name:<{NAME_WIDTH}}| {line}\n")
        except OSError:
            self.dropped += 1

    def _write(self, text: str) -> None:
        """Write past Python's buffer, which would keep what failed and write it again with the next line."""
        rest = text.encode(errors="replace")
        while rest:
            rest = rest[os.write(self.target.fileno(), rest) :]

    def pump(self, seconds: float) -> None:
        """Wait up to `seconds` for output and write what came."""
        for key, _ in self._selector.select(seconds):
            self._read(key.fd, key.data)

    def drain(self) -> None:
        """Write what is left in the pipes without waiting."""
        while events := self._selector.select(0):
            for key, _ in events:
                self._read(key.fd, key.data)

    def _read(self, pipe: int, name: str) -> None:
        chunk = os.read(pipe, LINE_BYTES)
        *lines, rest = (self._rest[pipe] + chunk).split(b"\n")
        if rest and (not chunk or len(rest) > LINE_BYTES):
            lines, rest = [*lines, rest], b""
        for line in lines:
            if line.strip():
                self.say(line.decode(errors="replace").rstrip("\r"), name)
        self._rest[pipe] = rest
        if not chunk:
            self._selector.unregister(pipe)
            os.close(pipe)
            del self._rest[pipe]
