"""Rows of the inbox: saved views, drafts, macros, and the newest message that each agent has seen of a ticket."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.text import in_language
from tickets.states import Priority, Status


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


class Macro(models.Model):
    """A reply and changes that are made to a ticket by one choice; each part may be empty."""

    audit_type = "macro"

    class Holder(models.TextChoices):
        """Give the ticket to nobody else, to whoever chooses the macro, or to nobody."""

        KEEP = "", _("Leave it")
        ME = "me", _("Whoever uses the macro")
        NOBODY = "nobody", _("Nobody")

    name_ar = models.CharField(_("Arabic name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    is_active = models.BooleanField(_("active"), default=True)
    reply_ar = models.TextField(_("Arabic reply"), blank=True, default="")
    reply_en = models.TextField(_("English reply"), blank=True, default="")
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, blank=True, default="")
    priority = models.SmallIntegerField(_("priority"), choices=Priority.choices, null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags to add"), default=list, blank=True)
    holder = models.CharField(_("agent"), max_length=6, choices=Holder.choices, blank=True, default=Holder.KEEP)

    objects: ClassVar[models.Manager[Macro]] = models.Manager()

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        default_permissions = ()
        ordering = ["name_en", "pk"]
        constraints = [
            *(
                models.UniqueConstraint(
                    Lower(name),
                    name=f"macro_{name}_once",
                    violation_error_message=_("There is a macro of this name already."),
                )
                for name in ("name_ar", "name_en")
            ),
            models.CheckConstraint(condition=models.Q(status__in=["", *Status.values]), name="macro_status_known"),
            models.CheckConstraint(
                condition=models.Q(priority=None) | models.Q(priority__in=Priority.values),
                name="macro_priority_known",
            ),
            models.CheckConstraint(condition=models.Q(holder__in=["", "me", "nobody"]), name="macro_holder_known"),
        ]

    def __str__(self) -> str:
        return in_language(self.name_ar, self.name_en)

    @property
    def audit_name(self) -> str:
        return self.name_en
