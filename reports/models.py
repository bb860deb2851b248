"""Exports: who asked for which file, and how far it is."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.ids import new_id
from reports.mailed.models import SavedReport
from reports.rollups.models import Mark as Mark
from reports.rollups.models import Rollup as Rollup
from reports.rollups.models import Span as Span

EXTENSIONS = {"excel": "xlsx"}


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: Any) -> ExportQuerySet:
        """Their own, as long as they may export."""
        return self.filter(user_id=user.pk) if user.has_perm("support.export") else self.none()


class Export(models.Model):
    """A file of tickets that somebody asked for; small ones were streamed at once and have no `key`.

    `lease_until` is until when a worker has it: one that was killed lets it lapse, and another begins again.
    """

    class Format(models.TextChoices):
        EXCEL = "excel", _("Excel")
        PDF = "pdf", _("PDF")
        CSV = "csv", _("CSV")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    audit_type = "export"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    format = models.CharField(_("format"), max_length=8, choices=Format.choices)
    parameters: models.Field[Any, dict[str, str]] = models.JSONField(default=dict)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    row_count = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=200, blank=True, default="")
    run = models.UUIDField(default=uuid.uuid4, editable=False)
    lease_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    # Of a file that a saved report asked for: which one, when it was due, and its name then.
    saved_report = models.ForeignKey(
        SavedReport, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=100, blank=True, default="")

    objects = ExportQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user"], condition=Q(status="running"), name="export_one_running_each"),
            models.UniqueConstraint(fields=["saved_report", "due_at"], name="export_once_each_time_due"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="export_progress_percent"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["created_at"], condition=Q(status__in=["queued", "running"]), name="export_unfinished"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.pk}"

    @property
    def audit_name(self) -> str:
        return f"{self.format} {self.created_at:%Y-%m-%d %H:%M}"


def filename(format_: str, made_at: Any) -> str:
    """Return what a file is called where it is saved."""
    return f"tickets-{made_at:%Y-%m-%d}.{EXTENSIONS.get(format_, format_)}"
