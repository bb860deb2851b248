"""Change exports: request, take, continue, cancel and end them. One of each user runs at a time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import Forbidden, NotFound
from core.operation import operation, wake_after_commit
from core.protocols import Audited
from notifications.outbox import notify
from reports.events import export_updated
from reports.models import Export
from uploads.models import UnnamedKey

Status = Export.Status
LEASE = timedelta(minutes=2)
UNFINISHED = (Status.QUEUED, Status.RUNNING)
KEEP = timedelta(hours=24)
KEEP_SAVED = timedelta(days=7)
"""For so long the file of a saved report is kept: nobody waited for it."""


@operation
def request_export(format_: str, *, parameters: Mapping[str, str], rows: int, by: User) -> Export:
    """Ask for a file of so many tickets: a small one is the caller's to stream, a large one is queued for a worker.

    The audit log keeps what was asked for, and how many rows it has. Raises Forbidden.
    """
    for right in ("support.reports.view", "support.export"):
        if not by.has_perm(right):
            raise Forbidden(right)
    is_small = rows <= settings.EXPORT_STREAM_ROWS
    export = Export.objects.create(
        user=by, format=format_, parameters=dict(parameters), row_count=rows, created_at=clock.now(),
        status=Status.DONE if is_small else Status.QUEUED, progress=100 if is_small else 0,
    )  # fmt: skip
    record("EXPORT_CREATED", export, by=by, new={"format": format_, "filters": dict(parameters), "rowCount": rows})
    if not is_small:
        export_updated(export)
        wake_after_commit("reports.run_exports")
    return export


@operation
def request_transcript(subject: Audited, *, rows: int, notes: bool, by: User) -> None:
    """Keep in the audit log that somebody takes a ticket or a chat away as a file. Raises Forbidden."""
    if not by.has_perm("support.export"):
        raise Forbidden("support.export")
    record("EXPORT_CREATED", subject, by=by, new={"format": "pdf", "rowCount": rows, "notes": notes})


@operation
def cancel_export(ref: str, *, by: User) -> Export:
    """Stop an export of one's own; the worker that has it hears of it with its next thousand rows. A done one stays.

    Raises NotFound.
    """
    export = Export.objects.visible_to(by).select_for_update().filter(pk=ref).first()
    if export is None:
        raise NotFound
    if export.status in UNFINISHED:
        export.status = Status.CANCELLED
        export.save(update_fields=["status"])
        record("EXPORT_CANCELLED", export, by=by)
        export_updated(export)
    return export


@operation
def take_export() -> Export | None:
    """Give a worker the export that waits longest, of users none of whose runs, or one whose worker was killed."""
    now = clock.now()
    running = Export.objects.filter(user=OuterRef("user"), status=Status.RUNNING, lease_until__gt=now)
    waiting = Q(status=Status.QUEUED) & ~Exists(Export.objects.filter(user=OuterRef("user"), status=Status.RUNNING))
    lapsed = Q(status=Status.RUNNING, lease_until__lte=now) & ~Exists(running)
    found = Export.objects.filter(waiting | lapsed).order_by("created_at", "pk")
    export = found.select_for_update(skip_locked=True, of=("self",)).first()
    if export is None or _runs_already(export):
        return None
    export.status, export.progress, export.run = Status.RUNNING, 0, uuid.uuid4()
    export.lease_until, export.key = now + LEASE, f"exports/{export.run}"
    export.save(update_fields=["status", "progress", "run", "lease_until", "key"])
    # Whatever becomes of it, its file is removed a day later.
    UnnamedKey.objects.create(key=export.key, due_at=now + KEEP)
    export_updated(export)
    return export


def _runs_already(export: Export) -> bool:
    """Lock the user, and look again: two workers may have found two exports of one user at the same moment."""
    User.objects.select_for_update(no_key=True).get(pk=export.user_id)
    return Export.objects.filter(user=export.user_id, status=Status.RUNNING).exclude(pk=export.pk).exists()


@operation
def go_on(export: Export, *, written: int) -> bool:
    """Tell how many rows are written and keep the export for longer; False when it is this worker's no more."""
    progress = min(99, written * 100 // max(export.row_count, 1))
    mine = Export.objects.filter(pk=export.pk, run=export.run, status=Status.RUNNING)
    if not mine.update(progress=progress, lease_until=clock.now() + LEASE):
        return False
    if progress != export.progress:
        export.progress = progress
        export_updated(export)
    return True


@operation
def end_export(export: Export, *, status: str, rows: int = 0) -> bool:
    """Say that a file is ready for a day, or that it will not come; False when it was this worker's no more."""
    now = clock.now()
    stored = Export.objects.select_for_update().filter(pk=export.pk, run=export.run, status=Status.RUNNING).first()
    if stored is None:
        return False
    stored.status, stored.lease_until = status, None
    if status == Status.DONE:
        kept = KEEP_SAVED if stored.due_at else KEEP
        stored.progress, stored.row_count, stored.expires_at = 100, rows, now + kept
        UnnamedKey.objects.filter(key=stored.key).update(due_at=stored.expires_at)
        notify("report-ready" if stored.due_at else "export-ready", stored, occasion="ready", by=None)
    stored.save(update_fields=["status", "lease_until", "progress", "row_count", "expires_at"])
    export_updated(stored)
    wake_after_commit("reports.run_exports")
    return True
