"""Define what the bot knows: one rule a row."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Func, Q
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text import camel, in_language


class Rule(models.Model):
    """Hold what the bot answers when one of its patterns stands in a message. Higher priority wins.

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
    priority = models.SmallIntegerField(
        _("priority"), default=10, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
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
            models.CheckConstraint(
                condition=~Q(name_ar="") & ~Q(name_en="") & ~Q(response_ar="") & ~Q(response_en=""),
                name="bot_rule_both_languages",
            ),
            models.CheckConstraint(
                condition=Exact(
                    Func("quick_replies", function="jsonb_typeof", output_field=models.TextField()), "array"
                ),
                name="bot_rule_quick_replies",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name_ar, self.name_en)

    @property
    def audit_name(self) -> str:
        return self.name_en

    @property
    def replies(self) -> list[dict[str, str]]:
        """The quick replies as forms read them; what is stored and is none is left out."""
        stored = [reply for reply in self.quick_replies if isinstance(reply, dict)]
        return [{name: str(reply.get(wire, "")) for name, wire in _REPLY.items()} for reply in stored]


_REPLY = {name: camel(name) for name in ("label_ar", "label_en", "value", "action")}
