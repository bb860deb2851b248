"""The tickets and chats that a report counts: what its reader may see, narrowed by what was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet

from chat.models import Session
from reports.asking import NONE, Ask
from tickets import facts
from tickets.models import Change, Ticket

Sql = tuple[str, list[Any]]


def tickets_of(ask: Ask) -> QuerySet[Ticket]:
    """Return the tickets that a question is about, of any time; merged sources are never counted."""
    rows = Ticket.objects.visible_to(ask.user).filter(merged_into=None)
    for name, value in ask.only.items():
        rows = rows.filter(_CONDITIONS[name](value))
    return rows.order_by()


def chats_of(ask: Ask) -> QuerySet[Session]:
    """Return the chats that a question is about, of any time."""
    rows: QuerySet[Session] = Session.objects.visible_to(ask.user)
    if "agentId" in ask.only:
        rows = rows.filter(agent_id=ask.only["agentId"])
    return rows.order_by()


def is_everything(ask: Ask, *, chats: bool) -> bool:
    """Return whether a question is about all tickets (or chats) that reports count, as roll-ups are."""
    rows = chats_of(ask) if chats else tickets_of(ask)
    return as_sql(rows, ("id",)) == everything(("id",), chats=chats)


def everything(columns: tuple[str, ...], *, chats: bool) -> Sql:
    """Return a SELECT of all tickets (or chats) that reports count."""
    if chats:
        return as_sql(Session.objects.order_by(), columns)
    return as_sql(Ticket.objects.filter(merged_into=None).order_by(), columns)


def as_sql(rows: QuerySet[Any], columns: tuple[str, ...]) -> Sql:
    """Return a SELECT of these columns and its parameters; of nothing at all where nothing may be seen."""
    try:
        sql, params = rows.values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        sql, params = rows.model._default_manager.filter(pk=0).values_list(*columns).query.sql_with_params()
    return sql, list(params)


def _is(column: str) -> Callable[[Any], Q]:
    return lambda value: Q(**{f"{column}__isnull": True}) if value == NONE else Q(**{column: value})


def _held_by(agent_id: int) -> Q:
    """Return the condition that a ticket was ever this agent's: giving it to another later takes nothing away."""
    held = Change.objects.filter(field=facts.ASSIGNEE, new=str(agent_id)).values("ticket_id")
    return Q(pk__in=held)


_CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "categoryId": _is("category_id"),
    "teamId": _is("team_id"),
    "agentId": _held_by,
    "priority": lambda values: Q(priority__in=values),
    "status": lambda values: Q(status__in=values),
    "tags": lambda values: Q(tags__contains=values),
}
