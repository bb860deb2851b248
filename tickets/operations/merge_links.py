"""Links of a merged source: they move to the target, and back when the merge is undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from tickets import events
from tickets.models import Link, LinkKind, Merge, Ticket


def move(source: Ticket, target: Ticket) -> list[dict[str, Any]]:
    """Give the source's links to the target; return them as they were, for `put_back`.

    One that would link the target to itself, or that it has already, is dropped.
    """
    moved = []
    for link in Link.objects.filter(Q(ticket=source) | Q(other=source)).order_by("pk"):
        ends = [target.pk if end == source.pk else end for end in (link.ticket_id, link.other_id)]
        row = {"id": link.pk, "ticket": link.ticket_id, "other": link.other_id, "kind": link.kind}
        row |= {"at": link.created_at.isoformat(), "dropped": ends[0] == ends[1] or _is_there(ends, link.kind)}
        moved.append(row)
        if row["dropped"]:
            link.delete()
        else:
            Link.objects.filter(pk=link.pk).update(ticket=ends[0], other=ends[1])
    return moved


def _is_there(ends: list[int], kind: str) -> bool:
    """Return whether two tickets are linked in this way; related ones are whichever way round."""
    found = Q(ticket=ends[0], other=ends[1])
    if kind == LinkKind.RELATED:
        found |= Q(ticket=ends[1], other=ends[0])
    return Link.objects.filter(found, kind=kind).exists()


def put_back(done: Merge) -> None:
    """Make the links of a merge's source as they were; one that was removed from the target since stays removed."""
    for row in done.links:
        ends = {"ticket_id": row["ticket"], "other_id": row["other"]}
        if row["dropped"]:
            Link.objects.get_or_create(
                **ends, kind=row["kind"], defaults={"created_at": datetime.fromisoformat(row["at"])}
            )
        else:
            Link.objects.filter(pk=row["id"]).update(**ends)


def tell_others(done: Merge) -> None:
    """Show the tickets at the other ends of these links as they are linked now."""
    ends = {row[end] for row in done.links for end in ("ticket", "other")} - {done.source_id, done.target_id}
    for ticket in Ticket.objects.complete().filter(pk__in=ends).order_by("pk"):
        events.ticket_updated(ticket, public=False)
