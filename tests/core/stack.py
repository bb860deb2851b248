"""The real stack on stores of its own: PostgreSQL and Valkey that a test may stop, and daphne before them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from config.embedded import Services
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct-horse-battery"


@dataclass
class Answer:
    """Hold what came back, and after how many seconds."""

    status: int
    content: dict[str, Any]
    headers: dict[str, str]
    seconds: float


class Stack:
    """A migrated installation that serves on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.services = Services(folder / "data", tests=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.log = folder / "daphne.log"
        self.token = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.environment: dict[str, str] = {}

    @property
    def valkey(self) -> Valkey:
        return next(service for service in self.services.wanted if isinstance(service, Valkey))

    @property
    def postgres(self) -> Postgres:
        return next(service for service in self.services.wanted if isinstance(service, Postgres))

    def start(self) -> None:
        """Everything from nothing; about ten seconds."""
        self.services.start()
        urls = self.services.layout.urls()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")},
            "DATABASE_URL": urls.database,
            "DATABASE_OWNER_URL": urls.database_owner,
            "REDIS_URL": urls.redis,
            "DATA_DIR": str(self.services.layout.data_dir),
            "RATE_WRITE": "100000/minute",
            "RATE_READ": "100000/minute",
            "RATE_SIGN_IN": "1000/minute",
            "LOG_FORMAT": "json",
        }
        environment = self.environment
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        command = [sys.executable, "-m", "daphne", "-v", "0", "-p", str(self.port), "config.asgi:application"]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        until(self._answers, 100)

    @contextmanager
    def worker(self, **environment: str) -> Iterator[None]:
        """Run a worker with its beat, until the block ends."""
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker", "-B", "--concurrency=1"]
        schedule = ["-s", str(self.log.parent / "beat")]
        with self.log.with_name("worker.log").open("wb") as out:
            environment = {**self.environment, **environment}
            process = subprocess.Popen([*command, *schedule], cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
        self.services.stop()

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request on a connection of its own, signed in when somebody is."""
        sent = {"Content-Type": "application/json", "Accept-Language": "en"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        began = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            response: HTTPResponse = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        return Answer(
            response.status,
            json.loads(content) if content.startswith(b"{") else {"page": content.decode()},
            {name.lower(): value for name, value in response.getheaders()},
            time.monotonic() - began,
        )

    def sign_in(self, email: str) -> Answer:
        return self.request("POST", "/auth/login", {"email": email, "password": PASSWORD})

    def open_ticket(self, **headers: str) -> Answer:
        return self.request("POST", "/tickets", {"subject": "شاشة", "description": "نص"}, **headers)

    def ready(self) -> Answer:
        return self.request("GET", "/health/ready")

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(self.log.read_text())
        try:
            return self.ready().status == 200
        except OSError:
            return False


@contextmanager
def stack(folder: Path) -> Iterator[Stack]:
    """A stack that is gone afterwards."""
    made = Stack(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def until(what: Callable[[], bool], seconds: float) -> float:
    """Polls until it is true and answers how many seconds that took; AssertionError when it takes longer."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() < began + seconds, f"not within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began
