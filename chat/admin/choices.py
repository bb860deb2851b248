"""Whom a chat can be given to: every agent with what he has of what he can have, and whether he is here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Availability, User
from chat.models import Session
from chat.states import Status
from core.database.compiled import Prepared
from realtime.presence import online
from tickets.pages.choices import Choices


def receivers(session: Session) -> Choices:
    """The queue, unless it is there, and the agents who may accept chats; those who can take one now first."""
    agents = [agent for agent in _AGENTS.fetch() if agent.pk != session.agent_id]
    here = online([agent.pk for agent in agents])
    agents.sort(key=lambda agent: not _ready(agent, here))
    queue: Choices = [] if session.status == Status.WAITING else [("", _("To the queue"))]
    return [*queue, *((agent.pk, _label(agent, here)) for agent in agents)]


def _ready(agent: Any, here: set[int]) -> bool:
    """Return whether a chat given to them now would be answered."""
    free = agent.active < settings.CHAT["capacity"]
    return free and agent.pk in here and agent.availability == Availability.AVAILABLE


def _label(agent: Any, here: set[int]) -> str:
    present = Availability(agent.availability).label if agent.pk in here else _("not here")
    load = _("%(active)s of %(capacity)s chats") % {"active": agent.active, "capacity": settings.CHAT["capacity"]}
    return f"{agent.name} · {present} · {load}"


def _active() -> Any:
    rows = Session.objects.filter(agent=OuterRef("pk"), status=Status.ACTIVE).order_by()
    counted = rows.values("agent").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _agents() -> QuerySet[User]:
    """Return the agents who may accept chats, with how many each has as `active`."""
    rows = User.objects.with_right("chat.accept").annotate(active=_active())
    return rows.only("name", "availability").order_by("name", "pk")


_AGENTS: Prepared[User] = Prepared(_agents)
