"""Give out and forget what notifications hold of a person (`accounts.operations.personal_data` asks)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from notifications.forms import form_of
from notifications.models import Delivery, Device, Item, Mute, Notification, Preference, Settings


class NotificationData:
    """The list in the app, what was sent and is to be sent, choices, quiet hours, muted conversations, devices."""

    def export(self, user: Any) -> dict[str, Any]:
        """Return all of it as JSON can hold it; of a device its kind and times, for its token is a key."""
        quiet = Settings.objects.filter(user=user)
        return {
            "notifications": [
                form_of(row, user.language) for row in Notification.objects.filter(recipient=user).order_by("pk")
            ],
            "deliveries": list(
                Delivery.objects.filter(recipient=user)
                .order_by("pk")
                .values("channel", "kind", "state", "created_at", "sent_at", "reason")
            ),
            "notification_preferences": list(
                Preference.objects.filter(user=user).order_by("kind", "channel").values("kind", "channel", "enabled")
            ),
            "notification_settings": quiet.values(
                "quiet_start", "quiet_end", "time_zone", "text_on_lock_screen"
            ).first(),
            "muted": list(Mute.objects.filter(user=user).order_by("pk").values_list("conversation", flat=True)),
            "devices": list(
                Device.objects.filter(user=user).order_by("pk").values("platform", "created_at", "seen_at")
            ),
        }

    def erase(self, user: Any) -> int:
        """Forget all of it, and the occasions that nobody else was told of; return how many rows went."""
        mine = Item.objects.filter(Q(notifications__recipient=user) | Q(parts__recipient_id=user.pk))
        told = list(mine.values_list("pk", flat=True).distinct())
        rows = [
            Notification.objects.filter(recipient=user),
            Delivery.objects.filter(recipient=user),
            Preference.objects.filter(user=user),
            Settings.objects.filter(user=user),
            Mute.objects.filter(user=user),
            Device.objects.filter(user=user),
            Item.objects.filter(pk__in=told, notifications=None, parts=None),  # after the rows that name them
        ]
        return sum(each.delete()[0] for each in rows)


DATA = NotificationData()
