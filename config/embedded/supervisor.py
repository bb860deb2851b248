"""Keeps a list of child processes running: logs them, restarts the dead, stops all in order, leaves none behind."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from config.embedded import process
from config.embedded.errors import EmbeddedError
from config.embedded.guard import Guard
from config.embedded.output import Output
from config.embedded.services import Services

STOP = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))
FIRST_DELAY_SECONDS = 0.5
# With the seconds that a start takes, what is killed again and again is back within ten.
LONGEST_DELAY_SECONDS = 4.0
# A child that ran this long is healthy again: its next restart comes at once.
HEALTHY_SECONDS = 60.0
TICK_SECONDS = 0.2


class Stopped(Exception):
    """Somebody asked us to stop."""


@dataclass
class Child:
    """One program to keep running."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    backoff: "Backoff" = field(default_factory=lambda: Backoff())


@dataclass
class Backoff:
    """When something that died may be started again: at once, then after a delay that doubles up to a limit."""

    delay: float = 0.0
    started: float = 0.0
    due: float | None = None

    def begun(self) -> None:
        self.started, self.due = time.monotonic(), None

    def died(self) -> float:
        """Plans the restart, once for each death; answers the seconds until then."""
        if self.due is None:
            healthy = time.monotonic() - self.started > HEALTHY_SECONDS
            self.delay = (
                FIRST_DELAY_SECONDS if healthy or not self.delay else min(self.delay * 2, LONGEST_DELAY_SECONDS)
            )
            self.due = time.monotonic() + self.delay
        return self.due - time.monotonic()


class Supervisor:
    """Runs children beside the embedded services until a signal asks it to stop."""

    def __init__(self, services: Services, children: Sequence[Child], output: Output, *, cwd: Path) -> None:
        self.services = services
        self.children = list(children)
        self.output = output
        self.cwd = cwd
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.signals = 0
        self._services_backoff = Backoff()
        self._guard = Guard()

    def listen(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal mean an orderly stop; the second one means at once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def step(self, name: str, command: Sequence[str]) -> None:
        """Runs one preparing command to its end. Raises EmbeddedError when it fails, Stopped when we are to stop."""
        child = Child(name, command)
        self.children.append(child)
        try:
            self._start(child)
            assert child.process is not None
            while child.process.poll() is None:
                self.pump()
            self.output.drain()
            if child.process.returncode != 0:
                raise EmbeddedError(f"`{name}` failed with exit code {child.process.returncode}; its output is above.")
        finally:
            self._end(child)
            self.children.remove(child)

    def run(self, tick: Callable[[], None]) -> None:
        """Starts the children and keeps them and the services alive, calling `tick` between; ends by Stopped."""
        for child in self.children:
            self._start(child)
        while True:
            self.pump()
            self._revive_services()
            for child in self.children:
                self._revive(child)
            tick()

    def stop(self) -> None:
        """Stops the children in their order, then Valkey and PostgreSQL."""
        for child in self.children:
            self._end(child)
        self._guard.dismiss()
        self.output.drain()
        self.services.stop()

    def pump(self) -> None:
        """Passes output on for a moment. Raises Stopped when we are to stop."""
        self.output.pump(TICK_SECONDS)
        if self.signals:
            raise Stopped

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1
        if self.signals > 1:
            for child in self.children:
                self._kill_group(child)

    def _start(self, child: Child) -> None:
        pipe = self.output.pipe(child.name)
        try:
            child.process = process.spawn(
                child.command,
                cwd=self.cwd,
                output=pipe,
                death_signal=signal.SIGKILL,
                environment=self.environment,
            )
        finally:
            os.close(pipe)
        child.backoff.begun()
        self._tell_guard()

    def _tell_guard(self) -> None:
        self._guard.watch(child.process.pid for child in self.children if child.process is not None)

    def _revive(self, child: Child) -> None:
        if child.process is None or child.process.poll() is None:
            return
        if child.backoff.due is None:
            self._kill_group(child)
            wait = child.backoff.died()
            self.output.say(f"{child.name} ended with {child.process.returncode}; starting it again in {wait:.1f} s")
        elif child.backoff.died() <= 0:
            try:
                self._start(child)
            except OSError as error:
                child.backoff.due = None
                self.output.say(
                    f"{child.name} cannot be started: {error}; trying again in {child.backoff.died():.1f} s"
                )

    def _revive_services(self) -> None:
        backoff = self._services_backoff
        if all(service.alive for service in self.services.wanted) or (backoff.due and backoff.died() > 0):
            return
        try:
            started = self.services.revive()
            backoff.begun()
            self.output.say(f"{' and '.join(started)} had ended and runs again")
        except (EmbeddedError, OSError) as error:
            backoff.due = None
            self.output.say(f"{error}; trying again in {backoff.died():.1f} s")

    def _end(self, child: Child) -> None:
        """Stops one child and whatever it started, still passing its output on."""
        if child.process is None:
            return
        for number, seconds in STOP:
            if child.process.poll() is not None:
                break
            child.process.send_signal(number)
            deadline = time.monotonic() + seconds
            while child.process.poll() is None and time.monotonic() < deadline:
                self.output.pump(0.05)
        self._kill_group(child)

    def _kill_group(self, child: Child) -> None:
        """A child leads a process group of its own: what is left of the group goes with it."""
        if child.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
