"""`make soak GROUP=…`: one group of long runs; each benchmarks/soak_*.py names its own in GROUPS.

    python -m benchmarks.soak                    the groups there are
    python -m benchmarks.soak numbering -x       a group; what follows goes to pytest

A group is (what it shows, tests, environment that makes them long, how often they are run). Ends with 0 when every run
passed.
"""

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
Group = tuple[str, list[str], dict[str, str], int]


def groups() -> dict[str, Group]:
    """Every group by name."""
    found: dict[str, Group] = {}
    for path in sorted(HERE.glob("soak_*.py")):
        found.update(getattr(importlib.import_module(f"benchmarks.{path.stem}"), "GROUPS", {}))
    return found


def run(name: str, group: Group, arguments: list[str]) -> int:
    """Run the tests of a group as often as it says; the first failure ends it."""
    _, tests, environment, times = group
    began = time.monotonic()
    for number in range(1, times + 1):
        command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", *tests, *arguments]
        code = subprocess.run(command, cwd=HERE.parent, env={**os.environ, **environment}, check=False).returncode
        print(f"{name}: run {number} of {times} {'passed' if code == 0 else 'FAILED'}", flush=True)
        if code:
            return code
    print(f"{name}: {times} runs passed in {time.monotonic() - began:.0f} s")
    return 0


def main(arguments: list[str]) -> int:
    """Run the group named first, or say which there are."""
    known = groups()
    if not arguments or arguments[0] not in known:
        width = max(map(len, known))
        print(
            "make soak GROUP=…, one of:\n"
            + "\n".join(f"  {name:<{width}}  {group[0]}" for name, group in known.items())
        )
        return 2
    return run(arguments[0], known[arguments[0]], arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
