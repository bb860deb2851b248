"""Merging tickets of one customer into one, and undoing it exactly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import Invalid, NotFound
from core.operation import operation
from tickets import events
from tickets.models import Merge, Message, Ticket, Watcher
from tickets.operations import merge_links
from tickets.operations.base import change, refuse_merged, save
from tickets.operations.locking import locked_all
from tickets.operations.merge_reopening import is_unanswered, reopen, restore, snapshot
from tickets.operations.waking import wake
from tickets.policies import MERGE, refuse_unless
from tickets.querysets import MESSAGE_OWNER
from tickets.states import Status
from uploads.queries import attachments_of


@operation
def merge(target_ref: int | str, source_refs: Sequence[int | str], *, by: User) -> Ticket:
    """Close the sources, point them to the target, and move their messages, watchers and links there.

    Messages keep author and time. A customer whom nobody has answered reopens a target that is over. Raises NotFound,
    Forbidden, Merged when the target or a source is itself a merged source, Invalid for the target itself or a ticket
    of another customer.
    """
    target, *named = locked_all([target_ref, *source_refs], by)
    refuse_unless(by, MERGE)
    refuse_merged(target)
    sources = list(dict.fromkeys(named))
    if target in sources:
        raise Invalid(fields={"sourceIds": [_("A ticket cannot be merged into itself.")]})
    for source in sources:
        refuse_merged(source)
        if source.customer_id != target.customer_id:
            raise Invalid(fields={"sourceIds": [_("Tickets of different customers cannot be merged.")]})
    now = clock.now()
    before = snapshot(target) if target.is_done else None
    done = [_merge_one(source, target, by, now, before) for source in sources]
    _count(target)
    if any(merge.target_before for merge in done):
        reopen(target, by, now)
    _moved(target, by, now)
    for merge in done:
        merge_links.tell_others(merge)
    return _shown(target)


def _merge_one(source: Ticket, target: Ticket, by: User, now: datetime, before: dict[str, Any] | None) -> Merge:
    """Merge one source; `before` is what a target that is over must be again when the merge is undone."""
    unanswered = is_unanswered(source)
    status_before, closed_before = source.status, source.closed_at
    moved = list(source.messages.complete().order_by("pk"))
    watchers = [row["id"] for row in source.watcher_rows]
    new_watchers = set(watchers) - {row["id"] for row in target.watcher_rows}
    Message.objects.filter(pk__in=[message.pk for message in moved]).update(ticket=target)
    Watcher.objects.bulk_create(
        [Watcher(ticket=target, user_id=user_id, created_at=now) for user_id in sorted(new_watchers)],
        ignore_conflicts=True,
    )
    done = Merge.objects.create(
        source=source,
        target=target,
        status_before=status_before,
        closed_before=closed_before,
        message_ids=[message.pk for message in moved],
        watcher_ids=sorted(new_watchers),
        links=merge_links.move(source, target),
        target_before=before if unanswered else None,
        merged_at=now,
    )
    source.closed_at = source.closed_at or now
    wake(source, by)
    change(source, by, now, status=Status.CLOSED, merged_into=target)
    _count(source)
    save(source)
    names = {"source": source.number, "target": target.number, "messages": len(moved)}
    record(
        "TICKET_MERGED", source, by=by, old={"status": status_before}, new={"mergedInto": target.number}, metadata=names
    )
    record("TICKET_MERGED", target, by=by, new={"merged": source.number}, metadata=names)
    events.ticket_updated(_shown(source))
    _resend(moved, target)
    return done


@operation
def unmerge(target_ref: int | str, source_ref: int | str, *, by: User) -> Ticket:
    """Undo a merge: what it moved goes back, with what was sent to the source since. Answers the source.

    Raises NotFound, Forbidden, Merged when the target was itself merged since (undo that first), or Invalid.
    """
    target, source = locked_all([target_ref, source_ref], by)
    refuse_unless(by, MERGE)
    done = Merge.objects.filter(source=source, target=target, undone_at=None).select_for_update().first()
    if done is None:
        raise Invalid(fields={"sourceId": [_("This ticket was not merged into that one.")]})
    refuse_merged(target)
    now = clock.now()
    since = Q(first_ticket__in=_leading_to(source), opens=None)
    back = Message.objects.filter(Q(pk__in=done.message_ids) | since, ticket=target)
    ids = list(back.values_list("pk", flat=True))
    Message.objects.filter(pk__in=ids).update(ticket=source)
    Watcher.objects.filter(ticket=target, user_id__in=done.watcher_ids).delete()
    merge_links.put_back(done)
    done.undone_at = now
    done.save(update_fields=["undone_at"])
    source.closed_at = done.closed_before
    change(source, by, now, status=done.status_before, merged_into=None)
    for ticket in (source, target):
        _count(ticket)
    save(source)
    restore(target, done, by, now)
    record("TICKET_UNMERGED", source, by=by, old={"mergedInto": target.number}, new={"status": source.status})
    record("TICKET_UNMERGED", target, by=by, old={"merged": source.number}, metadata={"messages": len(ids)})
    _moved(target, by, now)
    shown = _shown(source)
    # The ticket last: its counts stand, however those who follow both rooms counted the messages.
    _resend(list(Message.objects.complete().filter(pk__in=ids).order_by("pk")), shown)
    events.ticket_updated(shown)
    merge_links.tell_others(done)
    return shown


def _leading_to(ticket: Ticket) -> set[int]:
    """The ids of a ticket and of all that were merged into it, at any remove."""
    found, latest = {ticket.pk}, {ticket.pk}
    while latest:
        latest = set(Ticket.objects.filter(merged_into__in=latest).values_list("pk", flat=True))
        found |= latest
    return found


def _moved(target: Ticket, by: User, now: datetime) -> None:
    """A merge is a public change of the target too."""
    target.version += 1
    target.updated_at = target.staff_updated_at = target.last_activity_at = now
    save(target)
    events.ticket_updated(_shown(target))


def _shown(ticket: Ticket) -> Ticket:
    found = Ticket.objects.complete().filter(pk=ticket.pk).first()
    if found is None:
        raise NotFound
    return found


def _resend(messages: list[Message], ticket: Ticket) -> None:
    """The messages reach the rooms of the ticket they stand in now."""
    for message in messages:
        message.ticket = ticket
        events.message_added(message)


def _count(ticket: Ticket) -> None:
    """Counters and the last public message, from the messages as they stand."""
    found = Message.objects.filter(ticket=ticket).aggregate(
        public=Count("pk", filter=Q(is_internal=False)), notes=Count("pk", filter=Q(is_internal=True))
    )
    ticket.message_count, ticket.note_count = found["public"], found["notes"]
    last = Message.objects.filter(ticket=ticket, is_internal=False).order_by("-created_at").first()
    ticket.last_message_at = last.created_at if last else ticket.created_at
    internal = dict(Message.objects.filter(ticket=ticket).values_list("pk", "is_internal"))
    files = {pk: len(found) for pk, found in attachments_of(MESSAGE_OWNER, internal).items()}
    ticket.attachment_count = sum(count for pk, count in files.items() if not internal[pk])
    ticket.note_attachment_count = sum(files.values()) - ticket.attachment_count
