"""The event of an export: how far it is. `reports.event_forms` declares what sockets are told."""

from __future__ import annotations

from accounts.rooms import user_room
from realtime.publish import Shown, emit
from reports.models import Export

UPDATED = "export:updated"


def export_updated(export: Export) -> None:
    """Tell the sockets of whoever asked for it."""
    emit(UPDATED, {user_room(export.user_id): Shown("staff", export)})
