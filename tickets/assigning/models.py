"""Rules by which new work is given out, and when each agent was last given some."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User

MOST_CAPACITY = 500


class AssignmentRule(models.Model):
    """Hold how new tickets of a team, or of none, are given to agents."""

    audit_type = "assignment_rule"

    team = models.OneToOneField(
        Team,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="assignment_rule",
        verbose_name=_("team"),
        help_text=_("Without a team: for tickets that belong to none, among all agents."),
    )
    is_active = models.BooleanField(
        _("give new tickets to agents by itself"),
        default=False,
        help_text=_("To whoever is available and has room, the one who waited longest first."),
    )
    capacity = models.PositiveSmallIntegerField(
        _("open tickets at most"),
        default=10,
        help_text=_("Whoever has so many tickets that are open or in progress gets no more by itself."),
    )
    with_chats = models.BooleanField(
        _("also give waiting chats"), default=False, help_text=_("As many as an agent takes at once.")
    )
    gives_back = models.BooleanField(
        _("take back what is unanswered"),
        default=False,
        help_text=_("When an agent goes away or can answer no more, tickets whose customer waits for an answer."),
    )

    objects: ClassVar[models.Manager[AssignmentRule]] = models.Manager()

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                models.functions.Coalesce("team", 0),
                name="assignment_rule_once",
                violation_error_message=_("This team has a rule already."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__range=(1, MOST_CAPACITY)), name="assignment_rule_capacity_sensible"
            ),
        ]

    def __str__(self) -> str:
        return str(self.team) if self.team else str(_("Tickets without a team"))

    @property
    def audit_name(self) -> str:
        return self.team.name_en if self.team else "no team"


class AgentTurn(models.Model):
    """When an agent was last given a ticket or a chat; who has none was never given any."""

    agent = models.OneToOneField(User, on_delete=models.CASCADE, related_name="turn", primary_key=True)
    given_at = models.DateTimeField()

    objects: ClassVar[models.Manager[AgentTurn]] = models.Manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.agent_id} {self.given_at}"
