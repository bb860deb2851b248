"""Attachments: files that were checked and stored, and the keys in storage that no attachment names."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Attachment(models.Model):
    """One stored file. Until it is attached only its uploader sees it; then its owner says who does.

    `copy_of` is set where a second owner has the same file, under the same key: a ticket that was made of a chat.
    """

    audit_type = "attachment"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    filename = models.CharField(_("file name"), max_length=150)
    content_type = models.CharField(_("content type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    key = models.CharField(max_length=100, editable=False)
    copy_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    inline = models.BooleanField(default=False, editable=False)
    """Whether a browser may show it: true for pictures that we encoded ourselves, for nothing else."""
    owner_type = models.CharField(max_length=32, blank=True, default="", editable=False)
    owner_id = models.BigIntegerField(null=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    attached_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[models.Manager[Attachment]] = models.Manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_type="", owner_id=None, attached_at=None)
                | (~Q(owner_type="") & Q(owner_id__isnull=False, attached_at__isnull=False)),
                name="attachment_owner_both_or_none",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_not_empty"),
            models.UniqueConstraint(fields=["key"], condition=Q(copy_of__isnull=True), name="attachment_key_once"),
            models.CheckConstraint(
                condition=Q(copy_of__isnull=True) | ~Q(owner_type=""), name="attachment_copy_has_owner"
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner_type", "owner_id", "position"], condition=~Q(owner_type=""), name="attachment_owner"
            ),
            models.Index(fields=["created_at"], condition=Q(owner_type=""), name="attachment_unattached"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def audit_name(self) -> str:
        return self.filename


class UnnamedKey(models.Model):
    """A key in storage that may hold a file and that no attachment names; the sweeper removes both when it is due.

    Committed before the first byte is written and deleted with the transaction that names the file, so that no crash
    leaves a file that nothing knows of, and no attachment ever names a file that is missing.
    """

    key = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField()

    objects: ClassVar[models.Manager[UnnamedKey]] = models.Manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["due_at"], name="unnamed_key_due")]

    def __str__(self) -> str:
        return self.key
