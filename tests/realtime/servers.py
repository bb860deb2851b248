"""Real web processes on loopback for the tests of sockets: daphne on the test's own database, and a Redis to break."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 90.0
"""How long a web process may take to begin; seconds on an idle machine, far more on one where everybody tests."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def wait_until(what: object, seconds: float = 20.0, every: float = 0.02) -> None:
    """Polls until `what()` is true; AssertionError after so many seconds."""
    assert callable(what)
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(every)


class Web:
    """One daphne with this project, killed at the end of the block."""

    def __init__(self, **environment: str) -> None:
        self.port = free_port()
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.output = tempfile.TemporaryFile()  # noqa: SIM115

    def start(self) -> Web:
        environment = {
            **os.environ,
            "DATABASE_URL": self.database_url(),
            "LOG_LEVEL": "INFO",
            "LOG_FORMAT": "console",
            "SITE_URL": "http://127.0.0.1:3000",
            "REALTIME_SOCKETS_PER_ADDRESS": "100000",
            "REALTIME_SOCKETS_PER_USER": "1000",
            "METRICS_TOKEN": "figures",
            **self.environment,
        }
        # Started as the Procfile says, so that its limits are held as well.
        web = re.search(r"^web: daphne (.*) -b \S+ -p \S+ (.*)$", (ROOT / "Procfile").read_text(), re.MULTILINE)
        assert web
        command = ["-m", "daphne", *web[1].split(), "-b", "127.0.0.1", "-p", str(self.port), web[2]]
        self.process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=self.output, stderr=subprocess.STDOUT
        )
        try:
            wait_until(lambda: answers(self.port) or self.process.poll() is not None, START_SECONDS)
            assert self.process.poll() is None, self.log()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __enter__(self) -> Web:
        return self if self.process is not None else self.start()

    def __exit__(self, *problem: object) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        # Shown by pytest where a test fails; requests that were answered as usual would bury what went wrong.
        print("\n".join(line for line in self.log().splitlines() if "[info " not in line))  # noqa: T201
        self.output.close()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @staticmethod
    def database_url() -> str:
        """The test's own database, as any process reaches it."""
        url = urlsplit(os.environ["DATABASE_URL"])
        return url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()

    def log(self) -> str:
        """Return what the process has written so far."""
        self.output.seek(0)
        return self.output.read().decode(errors="replace")

    def tracebacks(self) -> list[str]:
        return re.findall(r"Traceback.*?(?=\n\S|\Z)", self.log(), re.DOTALL)

    def rss_bytes(self) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}/support"

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Redis:
    """A Valkey of the test's own on a TCP port, to be stopped and started again."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        # The number of this process's own database is part of the names of channels.
        self.url = f"redis://127.0.0.1:{self.port}/{settings.REDIS_DATABASE}"

    def start(self) -> Redis:
        from config.embedded import valkey

        command = [str(valkey.wheel_binary()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: answers(self.port), 10)
        return self

    def stop(self) -> None:
        """Killed, as by a crash: clients see their connections end."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self) -> Redis:
        return self.start()

    def __exit__(self, *problem: object) -> None:
        self.stop()


@contextlib.contextmanager
def published_to(url: str) -> Iterator[None]:
    """Return what this process publishes goes to that Redis."""
    from core import stores

    before, settings.REDIS_URL = settings.REDIS_URL, url
    stores._client, stores._skip_until = None, 0.0
    try:
        yield
    finally:
        settings.REDIS_URL = before
        stores._client, stores._skip_until = None, 0.0


def webs(count: int, environment: Mapping[str, str] | None = None) -> list[Web]:
    """Several web processes, started side by side."""
    return [Web(**(environment or {})).start() for _ in range(count)]
