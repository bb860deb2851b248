"""The socket benchmarks run from end to end, small; no time is asserted."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.benchmarks.test_benchmarks import NOT_PASSED_ON, ROOT

KINDS = ("plain WebSocket", "Socket.IO")


@pytest.mark.slow
@pytest.mark.timeout(240)  # npm may have to fetch the peer
def test_a_small_run_measures_every_item_on_both_kinds_of_socket(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.realtime", "--size", "ci", "--data", str(tmp_path / "data"),
         "--results", str(tmp_path / "results")],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=230,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    [path] = (tmp_path / "results").glob("*.json")
    rows = json.loads(path.read_text())["rows"]
    bars = {"R1", "R2", "R3", "R4", "R5", "R5a", "R5b", "R6", "R7"}
    measured = {(row["bar"], kind) for row in rows for kind in KINDS if row["what"].endswith(kind)}
    assert measured == {(bar, kind) for bar in bars for kind in KINDS}
    assert all(min(row["ours"]) > 0 for row in rows if row["bar"] in bars - {"R6", "R7"})
    assert [row["ours"] for row in rows if row["bar"] == "R7"] == [[0.0], [0.0]]
    if shutil.which("node") and shutil.which("npm"):
        assert all(row["theirs"] for row in rows if row["bar"] in {"R1", "R2", "R3", "R4", "R6"})
    assert "| R2 | fan-out to 10 members" in done.stdout
