"""The tables of core: answers kept for repeated requests, when rare work was last done, which defaults were made."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class IdempotencyKey(models.Model):
    """A creating request by a signed-in caller; inserted first in its operation's transaction."""

    user_id = models.BigIntegerField()
    route = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[IdempotencyKey]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user_id", "route", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.route} {self.key}"


class PeriodicRun(models.Model):
    """Background work that is rarer than the timer; the row is what core.periodic claims."""

    name = models.CharField(max_length=60, primary_key=True)
    last_run_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[PeriodicRun]] = models.Manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class DefaultRows(models.Model):
    """A set of default rows that an installation was given; it is never given again, so they belong to its people."""

    name = models.CharField(max_length=60, primary_key=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[DefaultRows]] = models.Manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
