"""The benchmarks run from end to end, small; no time is asserted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_PASSED_ON = {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SUPERUSER_URL", "REDIS_URL"}

# F6 and the files of F9 and F10 count a year of roll-ups at first, which takes longer than all others together.
ITEMS = ("F1", "F2", "F3", "F4", "F5", "H1", "H2", "H3", "H4", "H5", "N1")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_small_run_measures_every_item_and_writes_it_down(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--size", "ci", "--data", str(tmp_path / "data"),
         "--results", str(tmp_path / "results"), "--only", *ITEMS],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    [path] = (tmp_path / "results").glob("*.json")
    rows = json.loads(path.read_text())["rows"]
    bars = {"F1", "F2", "F3", "F4", "F4a", "F5", "H1", "H2", "H3", "H4", "H5", "N1", "N1a"}
    assert {row["bar"] for row in rows} == bars
    assert all(min(row["ours"]) > 0 for row in rows)
    assert all(min(row["theirs"]) > 0 for row in rows if row["bar"].startswith("F"))
    assert "| F1 | create ticket over HTTP" in done.stdout
