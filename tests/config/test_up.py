"""`manage.py up` itself: the real programs on services of its own, refused, killed, stopped and started again."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.embedded.layout import Layout
from config.embedded.process import leftovers
from tests.config.processes import ROOT, processes_with, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


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
        kept = {name: value for name, value in os.environ.items() if name not in given}
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

    def wait_until_ready(self) -> None:
        assert wait_for(lambda: "Ready after" in self.output or self.process.poll() is not None, seconds=60)
        assert self.process.poll() is None, self.output

    def left(self) -> set[int]:
        """What still runs of it: our own processes by their environment, the servers by their folder."""
        layout = Layout.of(self.data_dir)
        servers = leftovers("postgres", layout.cluster) + leftovers("valkey-server", layout.valkey)
        return processes_with(f"DATA_DIR={self.data_dir}") | {pid for pid, _ in servers}

    def workers(self) -> set[int]:
        return processes_with(f"DATA_DIR={self.data_dir}") & processes_with("worker\0--loglevel")


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


def test_a_second_start_is_refused_naming_the_first_which_goes_on(data_dir: Path, tmp_path: Path) -> None:
    with up(data_dir, tmp_path / "first") as first:
        first.wait_until_ready()
        assert first.answers() == 200
        with_other_port = Up(data_dir, free_port(), tmp_path / "second")
        assert with_other_port.process.wait(30) == 1
        assert f"in use by process {first.process.pid} (manage.py up)" in with_other_port.output
        assert first.answers() == 200


def test_sigterm_stops_everything_and_leaves_no_process(data_dir: Path, tmp_path: Path) -> None:
    with up(data_dir, tmp_path / "log") as running:
        running.wait_until_ready()
        running.process.terminate()
        assert running.process.wait(40) == 0
        assert running.left() == set()
        assert running.output.endswith("up      | stopped\n")


def test_a_killed_worker_is_started_again_and_its_pool_is_gone(data_dir: Path, tmp_path: Path) -> None:
    with up(data_dir, tmp_path / "log") as running:
        running.wait_until_ready()
        assert wait_for(lambda: len(running.workers()) > 1)
        before = running.workers()
        os.kill(min(before), signal.SIGKILL)
        assert wait_for(lambda: running.workers() and not before & running.workers())
        assert running.answers() == 200


def test_after_kill_9_nothing_is_left_and_the_next_start_serves_the_same_data(data_dir: Path, tmp_path: Path) -> None:
    for number in range(2):
        with up(data_dir, tmp_path / f"log{number}") as running:
            running.wait_until_ready()
            assert wait_for(lambda running=running: len(running.workers()) > 1)
            assert running.answers() == 200
