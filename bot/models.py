"""What the bot knows: one rule a row."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text import in_language


class Rule(models.Model):
    """What the bot answers when one of its patterns stands in a message. Higher priority wins.

    A pattern written `/…/` is an expression, any other a keyword or phrase. Quick replies are kept as the wire has
    them: `[{labelAr, labelEn, value, action}]`.
    """

    audit_type = "bot_rule"

    name_ar = models.CharField(_("Arabic name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=100, unique=True)
    trigger_patterns: models.Field[Any, list[str]] = ArrayField(
        models.CharField(max_length=202), verbose_name=_("patterns"), size=50
    )
    response_ar = models.TextField(_("Arabic answer"), max_length=2000)
    response_en = models.TextField(_("English answer"), max_length=2000)
    priority = models.SmallIntegerField(_("priority"), default=10)
    quick_replies: models.Field[Any, list[dict[str, Any]]] = models.JSONField(
        _("quick replies"), default=list, blank=True
    )
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects: ClassVar[models.Manager[Rule]] = models.Manager()

    class Meta:
        verbose_name = _("bot rule")
        verbose_name_plural = _("bot rules")
        default_permissions = ()
        ordering = ["-priority", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(priority__gte=0, priority__lte=100), name="bot_rule_priority"),
            models.CheckConstraint(
                condition=Q(trigger_patterns__len__gte=1, trigger_patterns__len__lte=50), name="bot_rule_patterns"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name_ar, self.name_en)

    @property
    def audit_name(self) -> str:
        return self.name_en
