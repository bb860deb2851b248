"""The key of an installation without SECRET_KEY: random, its data folder's own, the same for all its processes."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import jwt

from tests.config.processes import ROOT

SAY = "from config import settings; print(settings.SECRET_KEY, settings.SIMPLE_JWT['SIGNING_KEY'])"


def start(folder: Path, **more: str) -> "subprocess.Popen[str]":
    """A process of the project in this data folder that says its keys."""
    environment = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "SITE_URL"}}
    environment |= {"DATA_DIR": str(folder), **more}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", SAY], cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)


def said(process: "subprocess.Popen[str]") -> str:
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    key, signing = out.split()
    assert key == signing
    return key


def test_processes_that_start_together_share_one_key_that_nobody_else_can_read(tmp_path):
    folder = tmp_path / "data"
    keys = {said(process) for process in [start(folder, DEMO="1") for _number in range(6)]}
    (key,) = keys
    assert len(key) >= 50
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert os.listdir(folder) == ["secret_key"]
    assert said(start(folder)) == key
    assert said(start(tmp_path / "another")) != key


def test_a_key_that_is_given_is_used_and_none_is_made(tmp_path):
    assert said(start(tmp_path / "data", SECRET_KEY="k" * 60)) == "k" * 60
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_hold_a_key_stops_the_start_with_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "short").mkdir()
    (tmp_path / "short" / "secret_key").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "short"):
        process = start(folder)
        error = process.communicate(timeout=60)[1]
        assert process.returncode
        assert error.startswith("SECRET_KEY is not set")
        assert error.count("\n") == 1


def test_a_public_site_must_be_given_its_key(tmp_path):
    process = start(tmp_path, SITE_URL="https://support.example")
    assert "SECRET_KEY is required" in process.communicate(timeout=60)[1]
    assert not (tmp_path / "secret_key").exists()


def test_a_token_signed_with_the_key_that_once_was_public_opens_nothing(cast):
    from tests.accounts.acts import alive, signed_in

    claims = jwt.decode(signed_in(cast.customer)["accessToken"], options={"verify_signature": False})
    assert not alive(jwt.encode(claims, "trial-only-" + "0" * 50, algorithm="HS256"))


def test_no_key_is_a_constant_in_the_code():
    tracked = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    constant = re.compile(r"""SECRET_KEY["']?\]?\s*[:=]\s*f?["'](?!SECRET_KEY)""")
    for name in tracked.split():
        if not name.startswith("tests/"):
            assert not constant.search((ROOT / name).read_text()), name
