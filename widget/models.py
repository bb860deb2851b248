"""Define what an administrator changed of the widget's looks and texts, for every page that embeds it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

COLOR = r"^#[0-9a-f]{6}$"
MOST_SECONDS = 86_400


class Looks(models.Model):
    """One row, or none: an empty text or color, and null seconds, leave what the settings file says.

    `proactive_seconds` is how long a visitor stays on a page before the greeting comes by itself (0: never), and
    `proactive_pages` how the paths of such pages begin, one a line (none: every page).
    """

    audit_type = "widget"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    color = models.CharField(max_length=7, blank=True, default="")
    title_ar = models.CharField(max_length=60, blank=True, default="")
    title_en = models.CharField(max_length=60, blank=True, default="")
    greeting_ar = models.CharField(max_length=300, blank=True, default="")
    greeting_en = models.CharField(max_length=300, blank=True, default="")
    proactive_seconds = models.PositiveIntegerField(null=True)
    proactive_pages = models.TextField(blank=True, default="")
    proactive_text_ar = models.CharField(max_length=200, blank=True, default="")
    proactive_text_en = models.CharField(max_length=200, blank=True, default="")

    objects: ClassVar[models.Manager[Looks]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="widget_looks_one_row"),
            models.CheckConstraint(condition=Q(color="") | Q(color__regex=COLOR), name="widget_color"),
            models.CheckConstraint(condition=Q(proactive_seconds__lte=MOST_SECONDS), name="widget_proactive_seconds"),
        ]

    def __str__(self) -> str:
        return "widget"

    @property
    def audit_name(self) -> str:
        return str(self)
