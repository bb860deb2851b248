"""Rows of the inbox: saved views, drafts, and the newest message that each agent has seen of a ticket."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SavedView(models.Model):
    """A search that is kept under a name: its owner's alone, or everybody's. `parameters` are those of the list."""

    audit_type = "saved_view"

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    is_shared = models.BooleanField(_("shared"), default=False)
    parameters: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[SavedView]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once")]
        indexes = [models.Index(fields=["name"], condition=models.Q(is_shared=True), name="saved_view_shared")]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_name(self) -> str:
        return self.name


class Draft(models.Model):
    """Keep the text that a person has typed into a ticket's box and not sent: one for a reply and one for a note."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("Reply")
        NOTE = "note", _("Note")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    body = models.TextField()
    saved_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[Draft]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket", "kind"], name="draft_once"),
            models.CheckConstraint(condition=models.Q(kind__in=["reply", "note"]), name="draft_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.ticket_id} {self.kind}"


class Reading(models.Model):
    """Keep how far an agent has read a ticket: the newest public message that a page has shown to them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="+")
    message_id = models.BigIntegerField()

    objects: ClassVar[models.Manager[Reading]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="reading_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.ticket_id} {self.message_id}"
