"""Define what people and the administrator chose: channels by kind, muted conversations, quiet hours."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.models.outbox import Channel


class Audience(models.TextChoices):
    CUSTOMER = "customer", _("Customers")
    STAFF = "staff", _("Staff")


class DefaultPreference(models.Model):
    """The administrator's choice for all who chose nothing themselves; a missing row leaves it to the kind."""

    audit_type = "notification_default"

    kind = models.CharField(max_length=60)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    enabled = models.BooleanField()

    objects: ClassVar[models.Manager[DefaultPreference]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "audience", "channel"], name="default_preference_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="default_preference_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.audience} {self.channel}"

    @property
    def audit_name(self) -> str:
        return str(self)


class Preference(models.Model):
    """One person's own choice for a kind and a channel."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    enabled = models.BooleanField()

    objects: ClassVar[models.Manager[Preference]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "channel"], name="preference_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="preference_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.channel}"


class Settings(models.Model):
    """One person's quiet hours in their own time zone, and whether locked screens may show message text.

    Quiet from `quiet_start` to `quiet_end`, past midnight when the end is not later; both empty: never.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="notification_settings"
    )
    quiet_start = models.TimeField(null=True)
    quiet_end = models.TimeField(null=True)
    time_zone = models.CharField(max_length=60, blank=True, default="")
    text_on_lock_screen = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Settings]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_start__isnull=True, quiet_end__isnull=True)
                | Q(quiet_start__isnull=False, quiet_end__isnull=False),
                name="quiet_hours_whole",
            )
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class Mute(models.Model):
    """A conversation that somebody wants to hear nothing of; `conversation` as items name it (`ticket:12`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    conversation = models.CharField(max_length=90)

    objects: ClassVar[models.Manager[Mute]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "conversation"], name="mute_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.conversation}"
