"""Rows of notifications that have had their day."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from notifications.models import OPEN, Delivery, Item, Notification

BATCH = 2_000


def old_rows() -> None:
    """Forget what is older than NOTIFICATIONS["keep_days"], in batches; what still waits for something stays."""
    old = timezone.now() - timedelta(days=settings.NOTIFICATIONS["keep_days"])
    for rows in (
        Delivery.objects.filter(created_at__lt=old).exclude(state__in=OPEN),
        Notification.objects.filter(created_at__lt=old),
        Item.objects.filter(created_at__lt=old, expanded_at__isnull=False, notifications=None, parts=None),
    ):
        ids = list(rows.values_list("pk", flat=True)[:BATCH])
        rows.model._default_manager.filter(pk__in=ids).delete()
