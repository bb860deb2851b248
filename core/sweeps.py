"""Old rows and forgotten work, swept every minute; every sweep may run twice at once."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from core.models import IdempotencyKey

log = structlog.get_logger(__name__)


def idempotency_keys() -> None:
    """Forget answers older than IDEMPOTENCY_KEEP_HOURS."""
    old = timezone.now() - timedelta(hours=settings.IDEMPOTENCY_KEEP_HOURS)
    IdempotencyKey.objects.filter(created_at__lt=old).delete()


def run_all() -> None:
    """Every sweep named in settings.SWEEPS, each on its own: one that fails does not stop the others."""
    for path in settings.SWEEPS:
        try:
            import_string(path)()
        except Exception:
            log.exception("sweep_failed", sweep=path)
