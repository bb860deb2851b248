"""The output of several children as one log, each line behind its child's name."""

import os
import selectors
from typing import TextIO

LINE_BYTES = 64 * 1024
NAME_WIDTH = 8


class Output:
    """Reads the children's pipes without blocking and writes whole lines."""

    def __init__(self, target: TextIO) -> None:
        self.target = target
        self._selector = selectors.DefaultSelector()
        self._rest: dict[int, bytes] = {}

    def pipe(self, name: str) -> int:
        """A new pipe for the child `name`; answers the end to give to the child, who closes ours with `os.close`."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        self._selector.register(reading, selectors.EVENT_READ, name)
        self._rest[reading] = b""
        return writing

    def say(self, line: str, name: str = "up") -> None:
        """Writes one line of our own."""
        self.target.write(f"{name:<{NAME_WIDTH}}| {line}\n")
        self.target.flush()

    def pump(self, seconds: float) -> None:
        """Waits up to `seconds` for output and writes what came."""
        for key, _ in self._selector.select(seconds):
            self._read(key.fd, key.data)

    def drain(self) -> None:
        """Writes what is left in the pipes without waiting."""
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
