"""Three tables that hold who did what: the entry, its detail, and the link that chains entries in commit order.

Rows are written by `audit.record` and by the triggers of the second migration; the database refuses every UPDATE,
DELETE and TRUNCATE. A detail is deleted only by the erasure function, which leaves its entry and digest in place.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One act: what was done to which thing by whom and when, with the digest of its detail."""

    id = models.BigAutoField(primary_key=True)
    action = models.CharField(_("action"), max_length=60)
    entity_type = models.CharField(_("kind"), max_length=40)
    entity_id = models.CharField(_("id"), max_length=40)
    actor_id = models.BigIntegerField(_("actor id"), null=True)
    actor_model = models.CharField(_("actor kind"), max_length=10)
    created_at = models.DateTimeField(_("time"))
    digest = models.BinaryField()

    detail: Detail
    objects: ClassVar[models.Manager[Entry]] = models.Manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        db_table = "audit_entry"
        default_permissions = ()
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["entity_type", "entity_id", "-id"], name="audit_by_entity"),
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            models.Index(fields=["created_at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.entity_type} {self.entity_id}"


class Detail(models.Model):
    """Hold what an entry says beyond the bare act; everything personal is here and can be erased."""

    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="detail"
    )
    salt = models.UUIDField()
    entity_name = models.TextField(_("name"))
    actor_name = models.TextField(_("actor"))
    old_values = models.JSONField(_("old values"))
    new_values = models.JSONField(_("new values"))
    metadata = models.JSONField(_("metadata"))
    ip_address = models.TextField(_("address"))
    user_agent = models.TextField(_("user agent"))

    class Meta:
        db_table = "audit_detail"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.entry_id}"


class Link(models.Model):
    """The chain: gapless numbers in commit order, each hash covering the one before."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING, db_constraint=False, related_name="link")
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_link"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.seq)
