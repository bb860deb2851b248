"""The outbox: one item an occasion, one delivery a thing sent to one recipient by one channel, one attempt a try."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The ways to tell somebody something."""

    IN_APP = "in_app", _("In the app")
    EMAIL = "email", _("E-mail")
    PUSH = "push", _("Push")
    SMS = "sms", _("SMS")


SENT_BY_PROVIDERS = (Channel.EMAIL, Channel.PUSH, Channel.SMS)


class State(models.TextChoices):
    """Where a delivery stands."""

    COLLECTING = "collecting", _("Collecting")
    DUE = "due", _("Due")
    LEASED = "leased", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    PARKED = "parked", _("Parked")
    UNKNOWN = "unknown", _("Unknown")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (State.COLLECTING, State.DUE, State.LEASED)


class Outcome(models.TextChoices):
    """How an attempt ended; `pending` while it runs, or when its worker died in the middle of it."""

    PENDING = "pending", _("Pending")
    SENT = "sent", _("Sent")
    RETRY = "retry", _("To be tried again")
    REFUSED = "refused", _("Refused")
    UNKNOWN = "unknown", _("Unknown")
    BROKEN = "broken", _("Broken")


class Item(models.Model):
    """An occasion to tell people something. `key` is unique: the same occasion is never told twice.

    Recipients and channels are worked out from it later, by the kind's own rules. `in_app_only` marks what an import or
    the demo told: it belongs to the past, so nothing is sent.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    entity_type = models.CharField(max_length=40)
    entity_id = models.CharField(max_length=40)
    actor_id = models.BigIntegerField(null=True)
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    in_app_only = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expanded_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)

    thing: models.Model | None = None
    """The thing that the item is about, once its kind has read it; not a column."""

    objects: ClassVar[models.Manager[Item]] = models.Manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["id"], condition=Q(expanded_at__isnull=True), name="notification_item_waiting"),
            models.Index(fields=["entity_type", "entity_id"], name="notification_item_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entity_type} {self.entity_id}"

    @property
    def conversation(self) -> str:
        """Return what this item is about, as one word: its deliveries keep their order within it."""
        return f"{self.entity_type}:{self.entity_id}"


class Delivery(models.Model):
    """One thing sent to one recipient by one channel. `uid` is the Message-ID, collapse key and CorrelationID.

    Items of a kind that groups join the recipient's delivery of the same `grouping` while it is `collecting`; a claim
    closes it. `lease` names the claim that holds it until `lease_until`.
    """

    audit_type = "delivery"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("recipient")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    kind = models.CharField(_("kind"), max_length=60)
    grouping = models.CharField(max_length=120)
    conversation = models.CharField(max_length=90, blank=True, default="")
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField(_("due"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(_("attempts"), default=0)
    repeated = models.BooleanField(_("sent again"), default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    reached: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    objects: ClassVar[models.Manager[Delivery]] = models.Manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "channel", "grouping"], condition=Q(state="collecting"), name="delivery_collecting"
            ),
            models.CheckConstraint(condition=Q(channel__in=SENT_BY_PROVIDERS), name="delivery_channel_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state="leased", lease__isnull=False, lease_until__isnull=False)
                | ~Q(state="leased") & Q(lease__isnull=True, lease_until__isnull=True),
                name="delivery_leased_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "due_at"], condition=Q(state__in=("due", "collecting")), name="delivery_due"
            ),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="delivery_leased"),
            models.Index(
                fields=["recipient", "channel", "conversation", "id"],
                condition=Q(state__in=("due", "collecting", "leased")),
                name="delivery_conversation",
            ),
            models.Index(fields=["state", "-id"], name="delivery_state"),
            models.Index(fields=["recipient", "-id"], name="delivery_recipient"),
            models.Index(fields=["created_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return str(self.uid)

    @property
    def audit_name(self) -> str:
        return str(self.uid)


class Part(models.Model):
    """An item that a delivery tells of; each item reaches each recipient at most once by each channel."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="parts")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="parts")
    recipient_id = models.BigIntegerField()
    channel = models.CharField(max_length=10)

    objects: ClassVar[models.Manager[Part]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["item", "recipient_id", "channel"], name="item_told_once")]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.item_id}"


class Attempt(models.Model):
    """One try to send a delivery; it stays `pending` when its worker died while the provider was asked."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.PENDING)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")

    objects: ClassVar[models.Manager[Attempt]] = models.Manager()

    class Meta:
        default_permissions = ()
        ordering = [F("id").asc()]
        indexes = [
            models.Index(fields=["delivery"], condition=Q(outcome="pending"), name="attempt_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.outcome}"


class ChannelPause(models.Model):
    """Since when a channel's provider fails, and until when nothing is sent by it."""

    channel = models.CharField(max_length=10, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    objects: ClassVar[models.Manager[ChannelPause]] = models.Manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.channel
