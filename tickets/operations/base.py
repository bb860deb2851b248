"""Define what every operation on a ticket does: compare, change, and write the facts of the change."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.holding import hold_with_right
from accounts.models import User
from core.details import Detail
from core.errors import Invalid, Merged, Stale
from core.operation import wake_after_commit
from tickets import facts
from tickets.models import Ticket
from tickets.operations.sla_alerts import tell_late
from tickets.operations.turns import CONCERNED, wake_assigning
from tickets.sla.recompute import is_late_untold, recompute_sla
from tickets.states import Priority

PUBLIC = frozenset(
    {"subject", "category_id", "priority", "status", "assignee_id", "tags", "order_id", "product_id", "merged_into_id"}
)
_WIRE = {
    "category_id": "categoryId",
    "team_id": "teamId",
    "assignee_id": "agentId",
    "order_id": "orderId",
    "product_id": "productId",
}


def refuse_stale(ticket: Ticket, version: int | None, by: User) -> None:
    """Raise Stale with the present state when the caller saw another version."""
    if version is not None and version != ticket.version:
        raise Stale(details={"ticket": Detail("ticket", ticket, by)})


def refuse_merged(ticket: Ticket) -> None:
    """A merged source is not changed; its target is."""
    if ticket.merged_into_id:
        raise Merged(
            details={"mergedInto": {"id": str(ticket.merged_into_id), "ticketNumber": str(ticket.merged_into)}}
        )


def change(ticket: Ticket, by: User, now: datetime.datetime, **values: Any) -> dict[str, tuple[Any, Any]]:
    """Set what differs; what changed, as {name: (old, new)}. Related objects are given as objects.

    Public fields move `version` and `updated_at`; facts are queued; nothing is saved yet.
    """
    changed: dict[str, tuple[Any, Any]] = {}
    for name, value in values.items():
        column = str(getattr(ticket._meta.get_field(name), "attname", name))
        old = getattr(ticket, column)
        setattr(ticket, name, value)
        new = getattr(ticket, column)
        if old != new:
            changed[column] = (old, new)
            facts.changed(ticket, column, old, new, by=by, at=now)
    if changed:
        ticket.staff_updated_at = now
    if changed.keys() & PUBLIC:
        ticket.version += 1
        ticket.updated_at = now
    if changed.keys() & {"status", "assignee_id"}:
        ticket.last_activity_at = now
    if changed.keys() & CONCERNED:
        wake_assigning()
    return changed


def save(ticket: Ticket) -> None:
    """Recompute the SLA clock and write every column that an operation may have set."""
    for breach in recompute_sla(ticket):
        tell_late(ticket, breach)
    if is_late_untold(ticket):
        wake_after_commit("tickets.check_sla", ticket.pk)
    ticket.save(update_fields=_SAVED)


_SAVED = [
    field.name
    for field in Ticket._meta.concrete_fields
    if field.name not in {"id", "number", "customer", "created_by", "created_at", "description", "customer_text"}
]


def audit_values(changed: dict[str, tuple[Any, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The old and the new values of a change in the contract's words."""
    named = {_WIRE.get(name, name): pair for name, pair in changed.items()}
    old = {name: _shown(name, pair[0]) for name, pair in named.items()}
    return old, {name: _shown(name, pair[1]) for name, pair in named.items()}


def _shown(name: str, value: Any) -> Any:
    if name == "priority":
        return Priority(value).wire
    return str(value) if name.endswith("Id") and value is not None else value


def agent_to_assign(agent_id: int) -> User:
    """Return an agent who may answer customers, kept active until the transaction ends; raises Invalid otherwise."""
    agent = hold_with_right(agent_id, "tickets.reply")
    if agent is None:
        raise Invalid(fields={"agentId": [_("This is not an agent who can take tickets.")]})
    return agent
