"""Locks on tickets: what an operation changes it holds first, and holds only if its caller sees it."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User
from core.database.compiled import Prepared
from core.errors import NotFound, Unavailable
from tickets.models import Ticket
from tickets.querysets import TicketQuerySet

ATTEMPTS = 5


def locked(ref: int | str, by: User) -> Ticket:
    """A ticket that `by` sees, locked, with all that its forms show; raises NotFound."""
    ticket = _lock(Ticket.objects.visible_to(by), ref, by)
    if ticket is None:
        raise NotFound
    return ticket


def locked_all(refs: Sequence[int | str], by: User) -> list[Ticket]:
    """The tickets that `refs` name, in the order given (the same one is the same object); raises NotFound.

    They are locked in the order of their ids, so that no two callers wait for each other.
    """
    visible = Ticket.objects.visible_to(by)
    pks = [visible.by_ref(str(ref)).values_list("pk", flat=True).first() or 0 for ref in refs]
    list(
        Ticket.objects.filter(pk__in=pks).order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk")
    )
    found = {ticket.pk: ticket for ticket in visible.complete().filter(pk__in=pks)}
    if not found.keys() >= set(pks):
        raise NotFound
    return [found[pk] for pk in pks]


def locked_standing(ref: int | str, by: User) -> tuple[Ticket, Ticket]:
    """The ticket addressed, and, locked, the one its merges lead to (mostly itself); raises NotFound.

    Only the latter is locked: undoing a merge locks it as well, so the way to it holds, and nobody waits for a source
    while he holds its target.
    """
    visible = Ticket.objects.visible_to(by)
    unmerged = visible.filter(merged_into=None)
    for _attempt in range(ATTEMPTS):
        ticket = _lock(unmerged, ref, by)
        if ticket is not None:
            return ticket, ticket
        addressed = visible.complete().by_ref(str(ref)).first()
        if addressed is None:
            raise NotFound
        end = Ticket.objects.end_of_merges(addressed.pk)
        if not visible.filter(pk=end).exists():
            raise NotFound
        ticket = _lock(unmerged, end, by)
        if ticket is not None and Ticket.objects.end_of_merges(addressed.pk) == ticket.pk:
            return addressed, ticket
    raise Unavailable  # merged and unmerged again and again meanwhile


# Every change asks these; writing out the second takes Django longer than all the rest of the change.
_COMPLETE: Prepared[Ticket] = Prepared(lambda pk: Ticket.objects.complete().filter(pk=pk), pk=-1)


def _lock(rows: TicketQuerySet, ref: int | str, by: User) -> Ticket | None:
    """Two queries on purpose: a query that waits for a lock goes on with the other tables as they were before."""
    pk = rows.by_ref(str(ref)).select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True).first()
    if pk is None:
        return None
    visible = Ticket.objects.visible_to(by)
    # Whoever sees every ticket needs no condition; for others it may have moved out of sight meanwhile.
    if visible.query.where and not visible.filter(pk=pk).exists():
        return None
    return _COMPLETE.fetch(pk=pk)[0]
