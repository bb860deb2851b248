"""A question that somebody wants answered every day, week or month."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Every(models.TextChoices):
    """How often a saved report is sent; it is about the day, week or month that is over."""

    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")


class Paused(models.TextChoices):
    """Why a saved report is not sent."""

    RIGHTS = "rights", _("Paused: the right to see reports or to export was taken away.")
    FILTERS = "filters", _("Paused: what it was asked for does not exist any more.")


class SavedReport(models.Model):
    """A saved question: filters, language, format, and how often; `next_at` is when it is due next.

    `paused` says why it is not sent; its owner lets it go on when the reason is gone.
    """

    audit_type = "saved_report"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("name"), max_length=100)
    every = models.CharField(_("how often"), max_length=5, choices=Every.choices)
    format = models.CharField(_("format"), max_length=8)
    language = models.CharField(_("language"), max_length=4)
    filters: models.Field[Any, dict[str, str]] = models.JSONField(default=dict)
    time_zone = models.CharField(_("time zone"), max_length=64)
    next_at = models.DateTimeField()
    paused = models.CharField(max_length=8, choices=Paused.choices, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[SavedReport]] = models.Manager()

    class Meta:
        app_label = "reports"
        default_permissions = ()
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_report_named_once_each"),
            models.CheckConstraint(condition=Q(every__in=Every.values), name="saved_report_every_known"),
            models.CheckConstraint(condition=Q(paused__in=["", *Paused.values]), name="saved_report_paused_known"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["next_at"], condition=Q(paused=""), name="saved_report_due"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def next_local(self) -> datetime.datetime:
        """Return when it is due, as the clock of its time zone shows it, for pages."""
        return self.next_at.astimezone(ZoneInfo(self.time_zone)).replace(tzinfo=None)

    @property
    def format_words(self) -> str:
        return {"excel": "Excel", "pdf": "PDF", "csv": "CSV"}.get(self.format, self.format)

    @property
    def audit_name(self) -> str:
        return self.name
