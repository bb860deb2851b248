"""Policies and moments of the SLA tests."""

from __future__ import annotations

import datetime
from typing import Any

import time_machine

from accounts.models import Role, User
from tickets import operations
from tickets.models import BusinessCalendar, SlaEvent, SlaPolicy, Ticket
from tickets.operations.sla_policies import PolicyValues, Version

UTC = datetime.UTC
RIYADH_SUNDAY = datetime.datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
"""A Sunday, nine in the morning in Riyadh, when the working day begins."""
PRIORITIES = ("low", "normal", "high", "urgent")


def at(hours: float = 0, *, days: float = 0) -> Any:
    """Everything inside happens so long after RIYADH_SUNDAY; the clock stands still meanwhile."""
    return time_machine.travel(moment(hours, days=days), tick=False)


def moment(hours: float = 0, *, days: float = 0) -> datetime.datetime:
    return RIYADH_SUNDAY + datetime.timedelta(hours=hours, days=days)


def office_hours() -> BusinessCalendar:
    """The site's calendar as these tests want it: Sunday to Thursday, nine to five in Riyadh."""
    row = BusinessCalendar.objects.get(is_default=True)
    row.time_zone = "Asia/Riyadh"
    row.weekly = {str(day): ["09:00-17:00"] for day in (7, 1, 2, 3, 4)}
    row.holidays, row.version = [], row.version + 1
    row.save()
    return row


def policy(
    by: User,
    *,
    first: int | dict[str, int] = 60,
    following: int | dict[str, int] | None = 60,
    resolution: int | dict[str, int] = 480,
    calendar: BusinessCalendar | None = None,
    is_default: bool = True,
    replaces: SlaPolicy | None = None,
    **more: Any,
) -> SlaPolicy:
    """A policy with these targets in minutes, for every priority alike where one number is given."""
    given = {"first_response": first, "next_response": following, "resolution": resolution}
    targets = {
        metric: value if isinstance(value, dict) else dict.fromkeys(PRIORITIES, value)
        for metric, value in given.items()
        if value is not None
    }
    version = Version(targets=targets, calendar_id=calendar.pk if calendar else None, **more)
    return operations.save_policy(
        replaces.pk if replaces else None, PolicyValues("سياسة", "Policy", [version], is_default=is_default), by=by
    )


def check(most: int = 100) -> int:
    """One batch of the monitor."""
    return operations.check_due(most, by=User.objects.service(Role.SYSTEM))


def kinds(ticket: dict[str, Any] | Ticket) -> list[tuple[str, str]]:
    """Return what is stored of a ticket, as (metric, kind) in the order of storing."""
    pk = ticket["id"] if isinstance(ticket, dict) else ticket.pk
    return list(SlaEvent.objects.filter(ticket_id=pk).order_by("pk").values_list("metric", "kind"))
