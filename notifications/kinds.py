"""Every kind of notification, declared by the app that owns the event and named in NOTIFICATION_KINDS."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from core.protocols import NotificationKind


@cache
def kinds() -> Mapping[str, NotificationKind]:
    """All kinds by slug. ValueError when two apps claim one slug."""
    found: dict[str, NotificationKind] = {}
    for path in settings.NOTIFICATION_KINDS:
        for kind in import_string(path):
            if kind.slug in found:
                raise ValueError(f"The notification kind {kind.slug} is declared twice.")
            found[kind.slug] = kind
    return found
