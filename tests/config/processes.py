"""Define what the tests of processes share: starting a Python program in the project, and seeing what is left of it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

OWNER = """
import sys
from pathlib import Path
from config.embedded import Services
services = Services(Path(sys.argv[1]), tests=True)
services.start()
print("ready", flush=True)
sys.stdin.read()
services.stop()
"""


@contextmanager
def python(code: str, *arguments: object, says: str = "") -> Iterator["subprocess.Popen[str]"]:
    """Runs `code` in the project's folder until the block ends; waits first for the line `says`, when given."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            if says:
                assert process.stdout is not None
                assert process.stdout.readline() == f"{says}\n"
            yield process
        finally:
            process.kill()


def wait_for(what: Callable[[], object], seconds: float = 20.0) -> object:
    """Polls until `what()` is true; answers what it last gave, so that a test can assert on it."""
    deadline = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def processes_with(text: str) -> set[int]:
    """The living processes whose command line or environment holds `text`, but for this one."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            zombie = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue
        if os.fsencode(text) in known and not zombie and int(entry.name) != os.getpid():
            found.add(int(entry.name))
    return found
