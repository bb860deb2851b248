"""Roll-ups: counts of ledgers by day and month, for which spans they are good, and the marks of what has changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Length(models.TextChoices):
    """Name the spans that are counted, days and months of the site's time zone."""

    DAY = "day", _("Day")
    MONTH = "month", _("Month")


class Mark(models.Model):
    """A quarter of an hour, UTC, of which something that reports count has changed since; triggers write it.

    Every time zone's days are made of these quarters. There is no rule that a quarter stands here once: a writer would
    wait for another's to be committed.
    """

    at = models.DateTimeField()

    class Meta:
        app_label = "reports"
        default_permissions = ()
        indexes: ClassVar[list[Any]] = [models.Index(fields=["at"], name="mark_by_time")]

    def __str__(self) -> str:
        return str(self.at)


class Span(models.Model):
    """A day or a month whose roll-ups were counted by the rules of `rules.digest`; good as long as no mark is in it."""

    length = models.CharField(max_length=5, choices=Length.choices)
    first = models.DateField()
    last = models.DateField()
    rules = models.CharField(max_length=64)
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "reports"
        default_permissions = ()
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["length", "first"], name="span_counted_once"),
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="span_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.length} {self.first}"


class Rollup(models.Model):
    """How many rows of a ledger a span has for one key of a grouping and one mark, and the sum of their amounts.

    `grouping` is a key of reports.counting.BY, empty for all rows; `classes` are the rows by class of duration
    (reports.classes).
    """

    length = models.CharField(max_length=5, choices=Length.choices)
    first = models.DateField()
    ledger = models.CharField(max_length=32)
    grouping = models.CharField(max_length=16, blank=True, default="")
    key = models.BigIntegerField(null=True)
    mark = models.CharField(max_length=64, blank=True, default="")
    rows = models.BigIntegerField()
    total = models.DecimalField(max_digits=40, decimal_places=6)
    classes: models.Field[Any, dict[str, int] | None] = models.JSONField(null=True)

    class Meta:
        app_label = "reports"
        default_permissions = ()
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["ledger", "grouping", "length", "first", "key", "mark"],
                name="rollup_once",
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["length", "first"], name="rollup_of_span")]

    def __str__(self) -> str:
        return f"{self.ledger} {self.grouping} {self.key} {self.first}"
