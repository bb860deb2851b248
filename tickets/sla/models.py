"""When the people here work: a business calendar as it is kept."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text import in_language


class BusinessCalendar(models.Model):
    """Weekly hours and holidays in a time zone; one row is the site's own.

    `weekly` maps ISO weekdays to intervals, `{"1": ["09:00-17:00"]}`; a day that is left out is closed. `holidays` is
    `[{"from": "2026-09-23", "to": "2026-09-23", "nameAr": "…", "nameEn": "…"}]`, both days included. What is written to
    one row is one version of it, whole.
    """

    audit_type = "calendar"

    name_ar = models.CharField(_("Arabic name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100)
    time_zone = models.CharField(_("time zone"), max_length=64)
    weekly: models.Field[Any, dict[str, list[str]]] = models.JSONField(_("weekly hours"), default=dict, blank=True)
    holidays: models.Field[Any, list[dict[str, str]]] = models.JSONField(_("holidays"), default=list, blank=True)
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
