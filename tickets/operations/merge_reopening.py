"""A merge that brings an unanswered customer to a ticket that is over: it opens again, and undoing closes it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from audit.recorder import record
from tickets.models import AuthorType, Merge, Message, Ticket
from tickets.operations.base import audit_values, change
from tickets.operations.conversation import reopened

_COLUMNS = (
    *("status", "assignee_id", "resolved_at", "closed_at"),
    *("resolved_by_id", "resolved_assignee_id", "reopen_count"),
)
_TIMES = ("resolved_at", "closed_at")


def is_unanswered(source: Ticket) -> bool:
    """Return whether a ticket still waits for us: it is not over, and its customer had the last public word."""
    if source.is_done:
        return False
    people = [AuthorType.CUSTOMER, AuthorType.AGENT]
    said = Message.objects.filter(ticket=source, is_internal=False, author_type__in=people)
    return said.order_by("-created_at", "-pk").values_list("author_type", flat=True).first() == AuthorType.CUSTOMER


def snapshot(target: Ticket) -> dict[str, Any]:
    """Return what `restore` needs of a ticket that is over, times as ISO 8601."""
    values = {name: getattr(target, name) for name in _COLUMNS}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def reopen(target: Ticket, by: User, now: datetime) -> None:
    """Open the target again, its clock with it; the caller saves it."""
    old, new = audit_values(reopened(target, now, by))
    record("TICKET_STATUS_CHANGED", target, by=by, old=old, new=new, metadata={"cause": "merge"})


def restore(target: Ticket, done: Merge, by: User, now: datetime) -> None:
    """Make a target that this merge reopened as it was; the caller saves it.

    It stays open when another merge brought an unanswered customer too, who would be forgotten, or when its customer
    wrote since.
    """
    if done.target_before is None or target.is_done:
        return
    others = Merge.objects.filter(target=target, undone_at=None, target_before__isnull=False)
    wrote = Message.objects.filter(ticket=target, author_type=AuthorType.CUSTOMER, created_at__gt=done.merged_at)
    if others.exists() or wrote.exists():
        return
    before = dict(done.target_before)
    for name in set(_COLUMNS) - {"status", "assignee_id"}:
        value = before[name]
        setattr(target, name, datetime.fromisoformat(value) if value and name in _TIMES else value)
    assignee = User.objects.filter(pk=before["assignee_id"]).first()
    old, new = audit_values(change(target, by, now, status=before["status"], assignee=assignee))
    record("TICKET_STATUS_CHANGED", target, by=by, old=old, new=new, metadata={"cause": "unmerge"})
