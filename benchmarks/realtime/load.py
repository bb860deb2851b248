"""The load generator: compiled once from load.c, a process of its own, told what to do line by line."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from benchmarks.ground import ROOT
from benchmarks.realtime.servers import Side

SOURCE = Path(__file__).resolve().parent / "load.c"


@dataclass(frozen=True)
class Target:
    """One socket to open: where, as whom, in which room, and where its owner posts messages."""

    process: int
    token: str
    room: str = "-"
    path: str = "-"

    def line(self) -> str:
        return f"{self.process}\t{self.token}\t{self.room}\t{self.path}\n"


class Load:
    """Open sockets of one kind."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        self._process, self._errors = process, errors

    def ask(self, command: str, *numbers: float) -> dict[str, Any]:
        """Return what a command of load.c answers; RuntimeError with its complaint when it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join([command, *map(str, numbers)]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The load ended at {command}: {self.complaints()}")
        found: dict[str, Any] = json.loads(line)
        return found

    def open(self, at_once: int = 50) -> float:
        """Open every socket; the seconds it took. RuntimeError when one was refused."""
        found = self.ask("open", at_once)
        if found["dead"]:
            raise RuntimeError(f"{found['dead']} sockets did not open: {self.complaints()}")
        return float(found["seconds"])

    def complaints(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-1500:]


@contextmanager
def load(side: Side, kind: str, targets: Sequence[Target], key: str = "ticketId") -> Iterator[Load]:
    """A generator for these sockets; `kind` is plain, socketio or envelope."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file, tempfile.TemporaryFile("w+") as errors:
        file.writelines(target.line() for target in targets)
        file.flush()
        ports = ",".join(map(str, side.ports))
        process = subprocess.Popen(
            [compiled(), kind, key, ports, file.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            text=True,
        )  # fmt: skip
        try:
            yield Load(process, errors)
        finally:
            process.kill()
            process.communicate()


def compiled() -> Path:
    """The binary of the source as it stands."""
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:12]
    binary = ROOT / "var" / "bench-load" / digest
    if not binary.exists():
        binary.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-O2", "-o", binary, SOURCE], check=True)
    return binary
