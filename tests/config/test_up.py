"""`manage.py up` itself: the real programs on services of its own, refused, killed, stopped and started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from config.embedded import urls
from config.embedded.layout import Layout
from config.embedded.process import leftovers
from tests.config.processes import ROOT, processes_with, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the whole module, so that the schema is made once."""
    return tmp_path_factory.mktemp("up") / "مجلد الدعم" / "var"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Up:
    """A `manage.py up` under way, with its output in a file."""

    def __init__(self, data_dir: Path, port: int, log: Path) -> None:
        given = {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SUPERUSER_URL", "REDIS_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in given} | {"LOG_FORMAT": "json"}
        self.data_dir, self.port, self.log = data_dir, port, log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**kept, "DATA_DIR": str(data_dir), "PORT": str(port), "HOST": "127.0.0.1", "DEMO": "0"},
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def answers(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5) as answer:
            return int(answer.status)

    def is_up(self) -> bool:
        try:
            return self.answers() == 200
        except OSError:
            return False

    def wait_until_ready(self) -> None:
        assert wait_for(lambda: "Ready after" in self.output or self.process.poll() is not None, seconds=150)
        assert self.process.poll() is None, self.output

    def left(self) -> set[int]:
        """Return what still runs of it: our own processes by their environment, the servers by their folder."""
        layout = Layout.of(self.data_dir)
        servers = leftovers("postgres", layout.cluster) + leftovers("valkey-server", layout.valkey)
        return processes_with(f"DATA_DIR={self.data_dir}") | {pid for pid, _ in servers}

    def workers(self) -> set[int]:
        return processes_with(f"DATA_DIR={self.data_dir}") & processes_with("worker\0--concurrency")

    def webs(self) -> set[int]:
        return processes_with(f"DATA_DIR={self.data_dir}") & processes_with("config.asgi:application")

    def said_by(self, *names: str) -> list[str]:
        """Return the lines of these children, without their names."""
        lines = [line.split("| ", 1) for line in self.output.splitlines() if "| " in line]
        return [text for name, text in lines if name.strip() in names]


@contextmanager
def up(data_dir: Path, log: Path, port: int | None = None) -> Iterator[Up]:
    running = Up(data_dir, port or free_port(), log)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        assert wait_for(lambda: not running.left()), f"left running: {running.left()}\n{running.output}"


def test_a_busy_port_is_said_before_anything_starts(data_dir: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with up(data_dir, tmp_path / "log", port) as refused:
            assert refused.process.wait(30) == 1
            assert f"Port {port} on 127.0.0.1 cannot be used" in refused.output
    assert not Layout.of(data_dir).cluster.exists()


def test_a_place_refuses_a_second_start_outlives_kills_and_stops_on_sigterm(data_dir: Path, tmp_path: Path) -> None:
    """One story, because each start costs half a minute of processor time."""
    with up(data_dir, tmp_path / "first") as first:
        first.wait_until_ready()
        second = Up(data_dir, free_port(), tmp_path / "second")
        assert second.process.wait(30) == 1
        assert f"in use by process {first.process.pid} (manage.py up)" in second.output
        assert wait_for(lambda: len(first.workers()) > 1)
        before = first.workers()
        os.kill(min(before), signal.SIGKILL)
        for wait in ("0.5", "1.0"):
            assert wait_for(first.webs)
            os.kill(first.webs().pop(), signal.SIGKILL)
            assert wait_for(lambda wait=wait: f"web ended with -9; starting it again in {wait} s" in first.output)
        assert wait_for(lambda: first.workers() and not before & first.workers())
        assert wait_for(lambda: sum("ready" in line for line in first.said_by("worker")) == 2)
        assert wait_for(first.webs)
        lines = first.said_by("web", "worker", "beat")
        assert [line for line in lines if not (line.startswith("{") and "event" in json.loads(line))] == []
        assert wait_for(first.is_up, seconds=60)
        with psycopg.connect(urls(data_dir).database_owner) as database:
            database.execute("CREATE TABLE kept AS SELECT 7 AS id")
    with up(data_dir, tmp_path / "again") as again:
        again.wait_until_ready()
        assert again.answers() == 200
        with psycopg.connect(urls(data_dir).database_owner) as database:
            assert database.execute("SELECT id FROM kept").fetchone() == (7,)
        again.process.terminate()
        assert again.process.wait(40) == 0
        assert again.left() == set()
        assert again.output.endswith("up      | stopped\n")
