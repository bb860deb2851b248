"""A backup fills an empty installation with what was there; never one that holds something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKE = """
from accounts.models import User
from accounts.operations import create_customer
from tickets.operations import NewTicket, create_ticket
one = create_customer("one@example.test", name="سارة", by=None)
create_ticket(NewTicket(subject="شاشة مكسورة", description="وصف"), by=User.objects.with_rights().get(pk=one.pk))
"""


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_", "TEST_"))}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, "DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.slow
def test_a_backup_is_restored_whole_and_into_an_empty_place_alone(tmp_path):
    old, new, tar = tmp_path / "old", tmp_path / "new", tmp_path / "support.tar"
    assert manage(old, "migrate", "-v0").returncode == 0
    assert manage(old, "shell", "-v0", "-c", MAKE).returncode == 0
    (old / "files").mkdir(exist_ok=True)
    (old / "files" / "kept.txt").write_text("kept")
    assert manage(old, "backup", str(tar)).returncode == 0

    restored = manage(new, "restore", str(tar))
    assert restored.returncode == 0, restored.stderr
    assert (new / "files" / "kept.txt").read_text() == "kept"
    shown = manage(new, "shell", "-v0", "-c", "from tickets.models import Ticket; print(Ticket.objects.get().subject)")
    assert "شاشة مكسورة" in shown.stdout
    again = manage(new, "restore", str(tar))
    assert again.returncode == 1
    assert "not empty" in again.stderr
