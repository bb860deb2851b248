"""Files nobody attached and keys nobody named, removed after 24 hours."""

from datetime import timedelta

import structlog
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from uploads.models import Attachment, UnnamedKey
from uploads.storing import ATTACHMENTS, KEEP_UNNAMED

log = structlog.get_logger(__name__)
AT_ONCE = 200
TRY_AGAIN = timedelta(hours=1)
_FORGET = """
with old as (
  select id from uploads_attachment where owner_type = '' and created_at < %s
  order by created_at limit %s for update skip locked
), gone as (
  delete from uploads_attachment using old where uploads_attachment.id = old.id returning key
)
insert into uploads_unnamedkey (key, due_at) select key, %s from gone
"""


def orphans() -> None:
    """Forget attachments that were never attached, then remove the files of keys that are due; bounded, may run twice.

    No audit entry: nobody ever saw these files but their uploader, and the upload has its own.
    """
    forget_unattached()
    remove_unnamed()


def forget_unattached() -> None:
    """Unattached attachments older than a day become unnamed keys, in one statement."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now - KEEP_UNNAMED, AT_ONCE, now])
        if cursor.rowcount:
            log.info("unattached_files_forgotten", files=cursor.rowcount)


def remove_unnamed() -> None:
    """Remove due files and then their rows; a file that cannot be removed is tried again in an hour."""
    now = timezone.now()
    with transaction.atomic():
        due = (
            UnnamedKey.objects.select_for_update(skip_locked=True).filter(due_at__lte=now).order_by("due_at")[:AT_ONCE]
        )
        removed: list[str] = []
        kept: list[str] = []
        for row in due:
            (removed if _remove(row.key) else kept).append(row.key)
        UnnamedKey.objects.filter(key__in=removed).delete()
        UnnamedKey.objects.filter(key__in=kept).update(due_at=now + TRY_AGAIN)
    if removed:
        log.info("unnamed_files_removed", files=len(removed))


def adopt_strays() -> int:
    """Have files that no row knows removed by the next sweep; return how many. For after a restore: it lists them all.

    A running upload is safe: its key is a row before its file is there.
    """
    adopted = 0
    for folder in _listed(ATTACHMENTS)[0]:
        path = f"{ATTACHMENTS}/{folder}"
        adopted += _adopt([f"{path}/{name}" for name in _listed(path)[1]])
    return adopted


def _adopt(keys: list[str]) -> int:
    known = {*Attachment.objects.filter(key__in=keys).values_list("key", flat=True)}
    known |= {*UnnamedKey.objects.filter(key__in=keys).values_list("key", flat=True)}
    strays = [UnnamedKey(key=key, due_at=timezone.now()) for key in keys if key not in known]
    UnnamedKey.objects.bulk_create(strays, ignore_conflicts=True)
    return len(strays)


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """Return the folders and files of a folder in storage; none where there is none."""
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _remove(key: str) -> bool:
    try:
        default_storage.delete(key)
    except Exception:  # every storage fails in its own way
        log.exception("file_not_removed", key=key)
        return False
    return True
