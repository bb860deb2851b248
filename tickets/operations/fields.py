"""Define what a ticket is about and whose it is: fields, assignment, escalation."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import InvalidTransition
from core.operation import operation
from tickets import events, notices
from tickets.models import Ticket
from tickets.operations import lookups
from tickets.operations.base import PUBLIC, agent_to_assign, audit_values, change, refuse_merged, refuse_stale, save
from tickets.operations.conversation import add_note
from tickets.operations.locking import locked
from tickets.operations.turns import took
from tickets.policies import ASSIGN, ESCALATE, UPDATE, refuse_unless
from tickets.states import Priority

FIELDS = ("subject", "category_id", "priority", "team_id", "tags", "order_id", "product_id")
KEEP: Any = object()


@operation
def update_ticket(ref: int | str, *, changes: dict[str, Any], by: User, version: int | None = None) -> Ticket:
    """Change fields of FIELDS; another team needs the right to assign, as `assign` does.

    Raises NotFound, Forbidden, Merged, Stale, or Invalid naming a field.
    """
    ticket = locked(ref, by)
    refuse_unless(by, UPDATE)
    refuse_merged(ticket)
    refuse_stale(ticket, version, by)
    values: dict[str, Any] = {name: changes[name] for name in FIELDS if name in changes}
    if "category_id" in values:
        values["category"] = _kept(ticket, "category", values.pop("category_id"), lookups.category)
    if "team_id" in values:
        if values["team_id"] != ticket.team_id:
            refuse_unless(by, ASSIGN)
        values["team"] = _kept(ticket, "team", values.pop("team_id"), lookups.team)
    if "tags" in values:
        values["tags"] = lookups.tags(values["tags"])
    changed = change(ticket, by, clock.now(), **values)
    if not changed:
        return ticket
    save(ticket)
    old, new = audit_values(changed)
    record("TICKET_UPDATED", ticket, by=by, old=old, new=new)
    events.ticket_updated(ticket, public=bool(changed.keys() & PUBLIC))
    return ticket


def _kept(ticket: Ticket, name: str, pk: int | None, look_up: Any) -> Any:
    """The thing named, or the present one: what was switched off since may stay where it is."""
    return getattr(ticket, name) if pk == getattr(ticket, f"{name}_id") else look_up(pk)


@operation
def assign(
    ref: int | str, *, agent_id: int | None, by: User, team_id: int | None = KEEP, version: int | None = None
) -> Ticket:
    """Give a ticket to an agent, or to nobody; with `team_id` to a team too. Assigning moves no status.

    Raises NotFound, Forbidden, Merged, Stale, or Invalid naming an agent or team.
    """
    ticket = locked(ref, by)
    refuse_unless(by, ASSIGN)
    refuse_merged(ticket)
    refuse_stale(ticket, version, by)
    previous = ticket.assignee
    same = agent_id == ticket.assignee_id
    values: dict[str, Any] = {"assignee": previous if same else agent_to_assign(agent_id) if agent_id else None}
    if team_id is not KEEP:
        values["team"] = _kept(ticket, "team", team_id, lookups.team)
    changed = change(ticket, by, clock.now(), **values)
    if not changed:
        return ticket
    save(ticket)
    old, new = audit_values(changed)
    record("TICKET_ASSIGNED", ticket, by=by, old=old, new=new)
    if "assignee_id" in changed and ticket.assignee_id:
        notices.assigned(ticket, by)
        took(ticket.assignee_id, ticket.staff_updated_at)
    if "assignee_id" in changed:
        events.ticket_assigned(ticket, previous)
    else:
        events.ticket_updated(ticket, public=False)
    return ticket


@operation
def escalate(ref: int | str, *, reason: str, by: User, agent_id: int | None = None) -> Ticket:
    """Raise level and priority by a step and tell the leads; the reason is an internal entry.

    Gives the ticket to the agent named, else leaves it. Raises NotFound, Forbidden, Merged, InvalidTransition for a
    ticket that is over, or Invalid for an agent who cannot take it.
    """
    ticket = locked(ref, by)
    refuse_unless(by, ESCALATE)
    refuse_merged(ticket)
    if ticket.is_done:
        raise InvalidTransition(ticket.status, "escalated", [])
    now, previous = clock.now(), ticket.assignee
    taken = previous if agent_id in {None, ticket.assignee_id} else agent_to_assign(int(agent_id or 0))
    changed = change(ticket, by, now, priority=Priority(ticket.priority).raised(), assignee=taken)
    ticket.escalated_at, ticket.staff_updated_at, ticket.last_activity_at = now, now, now
    ticket.escalation_level += 1
    old, new = audit_values(changed)
    level = {"escalationLevel": ticket.escalation_level}
    record("TICKET_ESCALATED", ticket, by=by, old=old, new=new | level, metadata={"reason": reason})
    if "assignee_id" in changed:
        events.ticket_assigned(ticket, previous)
    notices.escalated(ticket, add_note(ticket, reason, by), by)
    if changed:
        events.ticket_updated(ticket)
    return ticket
