"""Define what a person finds in the app: notifications, and the devices that push reaches them on."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.outbox import Item


class Notification(models.Model):
    """A line of somebody's list in the app; its words are made from `context` when it is read."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="notifications")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    context: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Notification]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["item", "recipient"], name="notification_once")]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="notification_list"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="notification_unread"),
            models.Index(fields=["created_at"], name="notification_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.recipient_id}"


class Platform(models.TextChoices):
    IOS = "ios", _("iOS")
    ANDROID = "android", _("Android")
    WEB = "web", _("Browser, by Firebase")
    WEB_PUSH = "webpush", _("Browser")


class Device(models.Model):
    """An app that takes push messages. A token has one owner: whoever signed in last on that device.

    `token` is Firebase's, or the JSON of a browser's PushSubscription (`webpush`). `family` is the sign-in that brought
    it; the device goes when that one ends.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=4096)
    digest = models.CharField(max_length=64, unique=True)
    platform = models.CharField(max_length=8, choices=Platform.choices)
    family = models.CharField(max_length=36, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[Device]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(platform__in=Platform.values), name="device_platform_known")]
        indexes = [
            models.Index(fields=["user"], name="device_user"),
            models.Index(fields=["family"], name="device_family"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.user_id}"
