"""Writing in a ticket: replies and notes, and what a reply does to the ticket's state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Availability, User
from audit.recorder import record
from core import clock
from core.details import Detail
from core.errors import Invalid, ThreadMoved
from core.operation import operation
from tickets import events, notices
from tickets.models import AuthorType, Message, Ticket
from tickets.operations.base import audit_values, change, save
from tickets.operations.create import NewMessage, follow_up
from tickets.operations.files import attach_to, refuse_empty, refuse_other
from tickets.operations.locking import locked_standing
from tickets.operations.waking import wake
from tickets.operations.writer import count_message
from tickets.policies import refuse_reply
from tickets.states import Status
from tickets.unassigned import left_behind

_MENTION = re.compile(r"@([\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)")


@dataclass(frozen=True)
class Written:
    """The stored message; `repeated` when it was sent before, `opened` when it opened a new ticket."""

    message: Message
    repeated: bool = False
    opened: Ticket | None = None


@operation
def add_message(ref: int | str, new: NewMessage, *, by: User) -> Written:
    """Reply to a ticket, or write a note on it as staff.

    A reply to a merged source goes to its target; a customer's to a ticket that is over opens a new one. Raises
    NotFound, Forbidden, ThreadMoved, IdempotencyConflict, or Invalid naming an attachment or a last message that is not
    of this thread.
    """
    refuse_empty(new.body, new.attachments)
    addressed, ticket = locked_standing(ref, by)
    refuse_reply(by, addressed, internal=new.is_internal)
    stored = _sent_before(addressed, new, by)
    if stored:
        return stored
    _refuse_unknown_last_seen(ticket, new, by)
    if by.is_customer and _is_over(ticket, clock.now()):
        message = follow_up(ticket, new, sent_to=addressed, by=by)
        return Written(message, opened=message.ticket)
    _refuse_moved(ticket, new, by)
    return Written(_write(ticket, addressed, new, by))


def _sent_before(addressed: Ticket, new: NewMessage, by: User) -> Written | None:
    if not new.client_message_id:
        return None
    sent = Message.objects.complete().filter(author=by, client_message_id=new.client_message_id)
    message = sent.filter(first_ticket=addressed).select_related("opens").first()
    if message is None:
        return None
    refuse_other(message, body=new.body, is_internal=new.is_internal, references=new.attachments)
    return Written(message, repeated=True, opened=message.opens)


def _is_over(ticket: Ticket, now: datetime) -> bool:
    """Closed, or resolved longer ago than the reopen window."""
    if ticket.status == Status.CLOSED:
        return True
    return ticket.status == Status.RESOLVED and not within_reopen_window(ticket, now)


def within_reopen_window(ticket: Ticket, now: datetime) -> bool:
    """Return whether a resolved ticket can still be reopened by its customer."""
    window = timedelta(days=settings.REOPEN_WINDOW_DAYS)
    return ticket.resolved_at is not None and now - ticket.resolved_at <= window


def _refuse_unknown_last_seen(ticket: Ticket, new: NewMessage, by: User) -> None:
    """Raise Invalid for a last message that the author cannot have seen in this thread."""
    if new.last_seen_id is None:
        return
    thread = Message.objects.filter(ticket=ticket, pk=new.last_seen_id)
    if not (thread.filter(is_internal=False) if by.is_customer else thread).exists():
        raise Invalid(fields={"lastSeenMessageId": [_("This names no message of this thread.")]})


def _refuse_moved(ticket: Ticket, new: NewMessage, by: User) -> None:
    if new.last_seen_id is None or new.force or new.is_internal:
        return
    later = Message.objects.complete().filter(ticket=ticket, pk__gt=new.last_seen_id, is_internal=False)
    missed = list(later.order_by("pk")[:50])
    if missed:
        raise ThreadMoved(details={"messages": Detail("ticket_messages", missed, by)})


def _write(ticket: Ticket, addressed: Ticket, new: NewMessage, by: User) -> Message:
    now = clock.now()
    message = Message(
        ticket=ticket,
        first_ticket=addressed,
        author=by,
        author_type=AuthorType.of(by),
        body=new.body,
        is_internal=new.is_internal,
        client_message_id=new.client_message_id,
        created_at=now,
    )
    message.save(force_insert=True)
    message.attachment_rows = attach_to(message, new.attachments, by)
    changed = _moves(ticket, message, now, by)
    save(ticket)
    old, values = audit_values(changed)
    facts = {"messageId": str(message.pk), "isInternal": message.is_internal, "length": len(message.body)}
    record("TICKET_MESSAGE_ADDED", ticket, by=by, new=facts | {"attachments": len(message.attachment_rows)})
    if changed:
        record("TICKET_STATUS_CHANGED", ticket, by=by, old=old, new=values, metadata={"cause": "message"})
    _tell(ticket, message, changed, by)
    return message


def _moves(ticket: Ticket, message: Message, now: datetime, by: User) -> dict[str, tuple[Any, Any]]:
    """Set what a message does to its ticket, and return what it changed."""
    count_message(ticket, message, len(message.attachment_rows))
    if message.is_internal:
        return {}
    if message.author_type == AuthorType.CUSTOMER:
        return _answered_by_customer(ticket, now, by)
    answered = message.author_type == AuthorType.AGENT and ticket.status == Status.OPEN
    return change(ticket, by, now, status=Status.IN_PROGRESS) if answered else {}


def _answered_by_customer(ticket: Ticket, now: datetime, by: User) -> dict[str, tuple[Any, Any]]:
    wake(ticket, by)
    if ticket.status == Status.RESOLVED:
        return reopened(ticket, now, by)
    if ticket.status == Status.PENDING:
        return change(ticket, by, now, status=Status.IN_PROGRESS if is_held(ticket) else Status.OPEN)
    return {}


def reopened(ticket: Ticket, now: datetime, by: User) -> dict[str, tuple[Any, Any]]:
    """Back to open; the assignee stays only if available."""
    available = ticket.assignee and ticket.assignee.availability == Availability.AVAILABLE
    stays = ticket.assignee if available and is_held(ticket) else None
    ticket.resolved_at = ticket.closed_at = ticket.resolved_by = ticket.resolved_assignee = None
    ticket.reopen_count += 1
    return change(ticket, by, now, status=Status.OPEN, assignee=stays)


def is_held(ticket: Ticket) -> bool:
    """Return whether the ticket has an assignee who can answer it."""
    return ticket.assignee_id is not None and not Ticket.objects.filter(left_behind(), pk=ticket.pk).exists()


def _tell(ticket: Ticket, message: Message, changed: dict[str, tuple[Any, Any]], by: User) -> None:
    if message.is_internal:
        ids = _mentioned(message.body, by)
        if ids:
            notices.mentioned(ticket, message, ids, by)
    else:
        notices.replied(ticket, message, by)
    events.message_added(message)
    if "assignee_id" in changed:
        events.ticket_assigned(ticket, User.objects.filter(pk=changed["assignee_id"][0]).first())
    else:  # every message moves counts and times, and a public one the SLA clock
        events.ticket_updated(ticket, public=not message.is_internal)


def _mentioned(body: str, by: User) -> list[int]:
    """The staff whose `@address` stands in a note, without its author."""
    addresses = {found.lower() for found in _MENTION.findall(body)[:20]}
    if not addresses:
        return []
    return list(User.objects.staff().filter(email__in=addresses).exclude(pk=by.pk).values_list("pk", flat=True))


def add_note(ticket: Ticket, body: str, by: User) -> Message:
    """An internal entry that belongs to another change of a ticket already locked; saves the ticket."""
    return _write(ticket, ticket, NewMessage(body=body, is_internal=True), by)


def add_system_message(ticket: Ticket, body: str, by: User) -> Message:
    """Write to the customer in the product's own name, in a ticket already locked; saves the ticket."""
    return _write(ticket, ticket, NewMessage(body=body), by)
