"""Define what somebody has read of their list."""

from __future__ import annotations

from core import clock
from core.errors import NotFound
from core.operation import operation
from core.protocols import Actor
from notifications.models import Notification


@operation
def mark_read(notification_id: int, *, by: Actor) -> Notification:
    """Mark one of one's own notifications as read; again changes nothing. Raises NotFound."""
    found = Notification.objects.select_for_update(no_key=True).filter(pk=notification_id, recipient_id=by.pk).first()
    if found is None:
        raise NotFound
    if found.read_at is None:
        found.read_at = clock.now()
        found.save(update_fields=["read_at"])
    return found


@operation
def mark_about_read(entity_type: str, entity_id: str, *, by: Actor) -> int:
    """Mark what tells somebody of one thing as read, since they have opened it; return how many were not."""
    told = Notification.objects.filter(item__entity_type=entity_type, item__entity_id=entity_id)
    return told.filter(recipient_id=by.pk, read_at=None).update(read_at=clock.now())


@operation
def mark_all_read(*, by: Actor) -> int:
    """Mark everything in one's list as read; return how many were not."""
    return Notification.objects.filter(recipient_id=by.pk, read_at=None).update(read_at=clock.now())
