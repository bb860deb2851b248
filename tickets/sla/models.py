"""When the people here work: a business calendar as it is kept."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text import in_language


class BusinessCalendar(models.Model):
    """Weekly hours and holidays in a time zone; one row is the site's own.

    `weekly` maps ISO weekdays to intervals, `{"1": ["09:00-17:00"]}`; a day that is left out is closed. `holidays` is
    `[{"from": "2026-09-23", "to": "2026-09-23", "nameAr": "…", "nameEn": "…"}]`, both days included. `overrides` are
    rows of the same form with a `weekly` of their own: other hours for those days. `changes` are
    `[{"from": "2026-03-01", "weekly": {…}}]`: the week that counts from that day on. What is written to one row is one
    version of it, whole.
    """

    audit_type = "calendar"

    name_ar = models.CharField(_("Arabic name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100)
    time_zone = models.CharField(_("time zone"), max_length=64)
    weekly: models.Field[Any, dict[str, list[str]]] = models.JSONField(_("weekly hours"), default=dict, blank=True)
    holidays: models.Field[Any, list[dict[str, str]]] = models.JSONField(_("holidays"), default=list, blank=True)
    overrides: models.Field[Any, list[dict[str, Any]]] = models.JSONField(_("other hours"), default=list, blank=True)
    changes: models.Field[Any, list[dict[str, Any]]] = models.JSONField(_("later weeks"), default=list, blank=True)
    is_default = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects: ClassVar[models.Manager[BusinessCalendar]] = models.Manager()

    class Meta:
        app_label = "tickets"
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_calendar"),
        ]

    def __str__(self) -> str:
        return in_language(self.name_ar, self.name_en)

    @property
    def audit_name(self) -> str:
        return self.name_en


class SlaPolicy(models.Model):
    """Hold what is promised for some of the tickets; the first active one that takes a ticket counts, by `position`.

    The default one takes every ticket and stands last, whatever its position.
    """

    audit_type = "sla_policy"

    name_ar = models.CharField(_("Arabic name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_default = models.BooleanField(_("default"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects: ClassVar[models.Manager[SlaPolicy]] = models.Manager()

    class Meta:
        app_label = "tickets"
        verbose_name = _("service level policy")
        verbose_name_plural = _("service level policies")
        default_permissions = ()
        ordering = ["is_default", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_policy"),
        ]

    def __str__(self) -> str:
        return in_language(self.name_ar, self.name_en)

    @property
    def audit_name(self) -> str:
        return self.name_en


class SlaPolicyVersion(models.Model):
    """The conditions and targets of a policy for tickets opened from `counts_from` on; null is from the beginning.

    A condition that is empty takes every ticket; of several, all must hold. `targets` are minutes by metric and
    priority, `{"first_response": {"urgent": 30}}`; one that is left out is not promised. Without a calendar the clock
    never stops.
    """

    policy = models.ForeignKey(SlaPolicy, on_delete=models.CASCADE, related_name="versions")
    counts_from = models.DateField(_("counts from"), null=True, blank=True)
    category_ids = ArrayField(models.BigIntegerField(), verbose_name=_("categories"), default=list, blank=True)
    team_ids = ArrayField(models.BigIntegerField(), verbose_name=_("teams"), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    has_order = models.BooleanField(_("with an order"), null=True, blank=True)
    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("working hours")
    )
    targets: models.Field[Any, dict[str, dict[str, int]]] = models.JSONField(_("targets"), default=dict, blank=True)
    warning_percent = models.PositiveSmallIntegerField(
        _("warning at percent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )

    objects: ClassVar[models.Manager[SlaPolicyVersion]] = models.Manager()

    class Meta:
        app_label = "tickets"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["policy", "counts_from"], name="policy_version_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(warning_percent__gte=1, warning_percent__lte=99), name="policy_warning_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.counts_from or ''}"


class SlaEvent(models.Model):
    """Hold what became of a promise, or what the monitor told of a ticket: each once.

    `metric` with `started_at` names one cycle: a promise of the clock, or a silent or unassigned spell. `warning`,
    `breach` and `met` are of promises (a late fulfilment stays a breach); the others are the monitor's.
    """

    class Kind(models.TextChoices):
        WARNING = "warning", _("Warning")
        BREACH = "breach", _("Missed")
        MET = "met", _("Met")
        URGENT_UNASSIGNED = "urgent_unassigned", _("Urgent and unassigned")
        STUCK = "stuck", _("No activity")
        REMINDER = "reminder", _("Customer reminded")

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="sla_events", db_index=False)
    metric = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    number = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    target_seconds = models.PositiveIntegerField(null=True)
    elapsed_seconds = models.PositiveIntegerField(null=True)
    priority = models.SmallIntegerField(null=True)
    policy = models.ForeignKey(SlaPolicy, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects: ClassVar[models.Manager[SlaEvent]] = models.Manager()

    class Meta:
        app_label = "tickets"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["ticket", "metric", "started_at", "kind", "number"], name="sla_event_once"),
        ]
        indexes = [
            models.Index(fields=["kind", "metric", "at"], name="sla_event_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric} {self.kind}"
