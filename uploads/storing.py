"""Bytes into storage and out of it: under a key that the database knew first."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from core.errors import Unavailable
from uploads.checks import CheckedFile
from uploads.models import UnnamedKey

log = structlog.get_logger(__name__)
KEEP_UNNAMED = timedelta(hours=24)
ATTACHMENTS = "attachments"
"""The folder of storage that holds nothing but files of attachments."""


@dataclass(frozen=True)
class StoredFile:
    """A file in storage that no attachment names yet; `id` will be the attachment's."""

    id: UUID
    key: str
    filename: str
    content_type: str
    size: int
    inline: bool


def store(files: Sequence[CheckedFile]) -> list[StoredFile]:
    """Write files under new keys, each known to the sweeper before its first byte is written.

    Outside any transaction (RuntimeError inside one): the keys are committed first, and no connection waits in a
    transaction for a slow storage. Raises Unavailable when the storage refuses.
    """
    stored = [_planned(file) for file in files]
    with transaction.atomic(durable=True):
        due_at = timezone.now() + KEEP_UNNAMED
        UnnamedKey.objects.bulk_create(UnnamedKey(key=file.key, due_at=due_at) for file in stored)
    try:
        for file, planned in zip(files, stored, strict=True):
            _write(planned.key, file)
    except Exception:  # every storage fails in its own way
        log.exception("storage_refused", keys=len(stored))
        discard(stored)
        raise Unavailable from None
    return stored


def discard(files: Iterable[StoredFile]) -> None:
    """Have files that will not be named removed by the next sweep."""
    UnnamedKey.objects.filter(key__in=[file.key for file in files]).update(due_at=timezone.now())


def _planned(file: CheckedFile) -> StoredFile:
    identity = uuid4()
    key = f"{ATTACHMENTS}/{identity.hex[:2]}/{identity.hex}"
    return StoredFile(identity, key, file.filename, file.kind.content_type, file.size, file.inline)


def _write(key: str, file: CheckedFile) -> None:
    file.file.seek(0)
    written = default_storage.save(key, File(file.file))
    if written != key:
        raise RuntimeError("the storage chose another key")
    path = local_path(key)
    if path is not None:
        # On the disk before the database says so: a power cut must not leave a row with an empty file.
        _sync(path)
        _sync(os.path.dirname(path))


def local_path(key: str) -> str | None:
    """Where the file lies on this machine; None when the storage is remote."""
    try:
        return default_storage.path(key)
    except NotImplementedError:
        return None


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
