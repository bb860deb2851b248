"""The supervisor behind `manage.py up`, with tiny children in place of the real programs."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.embedded.layout import Layout
from config.embedded.output import Output
from config.embedded.process import leftovers
from config.embedded.supervisor import Backoff
from tests.config.processes import processes_with, python, wait_for

pytestmark = pytest.mark.slow

# Each child notes its start, starts a process of its own, and notes its end.
CHILD = """
import os, signal, subprocess, sys, time
name, folder = sys.argv[1:]
note = lambda word: open(folder + "/notes", "a").write(f"{word} {name} {os.getpid()}\\n")
signal.signal(signal.SIGTERM, lambda *_: (note("ended"), sys.exit()))
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", folder])
note("started")
print("hello from", name, flush=True)
while True: time.sleep(1)
"""
SUPERVISOR = """
import os, sys
from pathlib import Path
from config.embedded import Services
from config.embedded.output import Output
from config.embedded.supervisor import Child, Stopped, Supervisor
folder, code, log = sys.argv[1:]
if log:
    os.dup2(os.open(log, os.O_WRONLY), 1)
services = Services(Path(folder), database=False, tests=True)
children = [Child(name, [sys.executable, "-c", code, name, folder]) for name in ("web", "worker")]
supervisor = Supervisor(services, children, Output(sys.stdout), cwd=Path(folder))
supervisor.listen()
try:
    services.start()
    supervisor.run(lambda: None)
except Stopped:
    pass
finally:
    supervisor.stop()
if not log:
    print("stopped", flush=True)
"""


@contextmanager
def supervisor(folder: Path, log: str = "") -> Iterator["subprocess.Popen[str]"]:
    """A supervisor with two children; its output goes to a pipe, or to the file `log`."""
    with python(SUPERVISOR, folder, CHILD, log) as process:
        assert wait_for(lambda: len(notes(folder, "started")) >= 2)
        yield process
        process.terminate()
        process.communicate(timeout=30)
    assert wait_for(lambda: not processes_with(str(folder))), "something outlived the supervisor"


def notes(folder: Path, word: str) -> list[tuple[str, int]]:
    """Return who noted `word`: name and process id, in order."""
    path = folder / "notes"
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return [(name, int(pid)) for noted, name, pid in lines if noted == word]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_children_in_order_and_leaves_no_process(tmp_path: Path, number: int) -> None:
    with supervisor(tmp_path) as process:
        process.send_signal(number)
        output, _ = process.communicate(timeout=20)
        assert process.returncode == 0
        assert [name for name, _ in notes(tmp_path, "ended")] == ["web", "worker"]
        assert processes_with(str(tmp_path)) == set()
        assert leftovers("valkey-server", Layout.of(tmp_path).valkey) == []
        assert "web     | hello from web\n" in output


def test_a_dead_child_is_started_again_and_its_own_children_are_gone(tmp_path: Path) -> None:
    with supervisor(tmp_path):
        [pid] = [pid for name, pid in notes(tmp_path, "started") if name == "worker"]
        os.kill(pid, signal.SIGKILL)
        assert wait_for(lambda: [name for name, _ in notes(tmp_path, "started")].count("worker") == 2)
        assert not [left for left in processes_with(str(tmp_path)) if group_of(left) == pid]


def test_a_full_disk_of_logs_ends_nothing(tmp_path: Path) -> None:
    with supervisor(tmp_path, "/dev/full") as process:
        [pid] = [pid for name, pid in notes(tmp_path, "started") if name == "worker"]
        os.kill(pid, signal.SIGKILL)
        assert wait_for(lambda: [name for name, _ in notes(tmp_path, "started")].count("worker") == 2)
        assert process.poll() is None


def test_lines_that_could_not_be_written_are_counted_in_the_next_one_that_can(tmp_path: Path) -> None:
    with open("/dev/full", "w") as target, (tmp_path / "log").open("w") as room:
        output = Output(target)
        output.say("lost")
        output.say("lost as well", "web")
        os.dup2(room.fileno(), target.fileno())
        output.say("kept", "web")
    assert (tmp_path / "log").read_text() == (
        "up      | 2 lines could not be written here and were dropped\nweb     | kept\n"
    )


def test_a_dead_valkey_is_started_again(tmp_path: Path) -> None:
    with supervisor(tmp_path):
        [(pid, _)] = leftovers("valkey-server", Layout.of(tmp_path).valkey)
        os.kill(pid, signal.SIGKILL)
        assert wait_for(lambda: {pid} != {found for found, _ in leftovers("valkey-server", Layout.of(tmp_path).valkey)})
        assert wait_for(lambda: leftovers("valkey-server", Layout.of(tmp_path).valkey))


def test_kill_9_of_the_supervisor_takes_everything_along(tmp_path: Path) -> None:
    with supervisor(tmp_path) as process:
        assert len(processes_with(str(tmp_path))) == 5, "the supervisor, two children, and a child of each"
        process.kill()
        process.wait()
        assert wait_for(lambda: not processes_with(str(tmp_path)))
        assert wait_for(lambda: not leftovers("valkey-server", Layout.of(tmp_path).valkey))


def test_a_child_that_keeps_dying_is_started_less_and_less_often() -> None:
    backoff = Backoff()
    delays = []
    for _ in range(9):
        backoff.begun()
        backoff.died()
        delays.append(backoff.delay)
    assert delays == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0]


def group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0
