"""A backup fills an empty installation with what was there; never one that holds something."""

import io
import os
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError

from config.backups import _unpack
from tests.config.processes import OWNER, ROOT, python

MAKE = """
from accounts.models import User
from accounts.operations import create_customer
from django.core.files.base import ContentFile
from tickets.operations import NewTicket, create_ticket
from uploads.incoming import IncomingFile
from uploads.operations import store_files
one = create_customer("one@example.test", name="سارة", by=None)
by = User.objects.with_rights().get(pk=one.pk)
files = [IncomingFile(name, ContentFile(b"in " + name.encode())) for name in ("here.txt", "gone.txt")]
kept = store_files(files, by=by)
create_ticket(NewTicket("شاشة مكسورة", "وصف", attachments=[str(file.pk) for file in kept]), by=by)
print(*[file.key for file in kept])
"""
SHOW = """
from django.core.files.storage import default_storage
from tickets.models import Ticket
from uploads.models import Attachment
from uploads.sweeps import remove_unnamed
remove_unnamed()
found = Attachment.objects.order_by("filename")
print(Ticket.objects.get().subject, *[default_storage.exists(file.key) for file in found])
"""


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_", "TEST_"))}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, "DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@contextmanager
def place(folder: Path) -> Iterator[Path]:
    """An empty installation whose services run until the block ends: each command joins them."""
    with python(OWNER, folder, says="ready") as owner:
        yield folder
        owner.communicate("")


@pytest.mark.slow
@pytest.mark.timeout(300)  # six commands, each a process of its own
def test_a_backup_is_restored_whole_and_into_an_empty_place_alone(tmp_path):
    tar = tmp_path / "support.tar"
    with place(tmp_path / "old") as old, place(tmp_path / "new") as new:
        assert manage(old, "migrate", "-v0").returncode == 0
        made = manage(old, "shell", "-v0", "-c", MAKE)
        assert made.returncode == 0, made.stderr
        _here, gone = made.stdout.split()
        (old / "files" / gone).unlink()
        for folder, name in ((old, "after_the_dump"), (new, "from_before")):
            (folder / "files/attachments/ab").mkdir(parents=True, exist_ok=True)
            (folder / "files/attachments/ab" / name).write_text("known to nobody")
        (old / "files" / "kept.txt").write_text("kept")
        backup = manage(old, "backup", str(tar))
        assert backup.returncode == 0, backup.stderr
        assert gone in backup.stderr
        with tarfile.open(tar) as archive:
            assert not any("after_the_dump" in name for name in archive.getnames())

        restored = manage(new, "restore", str(tar))
        assert restored.returncode == 0, restored.stderr
        assert (new / "files" / "kept.txt").read_text() == "kept"
        assert "1 files that the backup does not know" in restored.stdout
        shown = manage(new, "shell", "-v0", "-c", SHOW)
        assert "شاشة مكسورة False True" in shown.stdout
        assert list((new / "files/attachments/ab").iterdir()) == []
        again = manage(new, "restore", str(tar))
        assert again.returncode == 1
        assert "not empty" in again.stderr


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../out.txt", tarfile.REGTYPE),
        ("files/../../out.txt", tarfile.REGTYPE),
        ("/out.txt", tarfile.REGTYPE),
        ("../out", tarfile.DIRTYPE),
        *(
            ("x", kind)
            for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE)
        ),
    ],
)
def test_a_tar_that_reaches_out_of_its_folder_is_refused(tmp_path, name, kind):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        archive.addfile(member)
    inside = tmp_path / "inside"
    inside.mkdir()
    with tarfile.open(tmp_path / "evil.tar") as archive, pytest.raises(CommandError, match="no backup of ours"):
        _unpack(archive, inside)
    assert list(inside.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"evil.tar", "inside"}


def test_what_is_unpacked_has_its_content_and_no_mode_that_others_gain_by(tmp_path):
    text = b"kept"
    file, folder = tarfile.TarInfo("files/deep/x"), tarfile.TarInfo("files/empty")
    file.size, file.mode = len(text), 0o6777
    folder.type, folder.mode = tarfile.DIRTYPE, 0o3777
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.addfile(file, io.BytesIO(text))
        archive.addfile(folder)
    inside = tmp_path / "inside"
    inside.mkdir()
    with tarfile.open(tmp_path / "a.tar") as archive:
        _unpack(archive, inside)
    assert (inside / "files/deep/x").read_bytes() == text
    assert [stat.S_IMODE((inside / "files" / name).stat().st_mode) for name in ("deep/x", "empty")] == [0o755, 0o755]
