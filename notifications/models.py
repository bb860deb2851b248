"""What people are to be told: one item an occasion, written with the operation that gave it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Item(models.Model):
    """An occasion to tell people something. `key` is unique: the same occasion is never told twice.

    Recipients and channels are worked out from it later, by the kind's own rules.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    entity_type = models.CharField(max_length=40)
    entity_id = models.CharField(max_length=40)
    actor_id = models.BigIntegerField(null=True)
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    expanded_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Item]] = models.Manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["id"], condition=Q(expanded_at__isnull=True), name="notification_item_waiting"),
            models.Index(fields=["entity_type", "entity_id"], name="notification_item_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entity_type} {self.entity_id}"
