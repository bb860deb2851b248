"""Say what one person may do with one ticket: the page offers this and no more; the operations refuse the rest."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from tickets import policies
from tickets.models import Ticket
from tickets.policies import can
from tickets.states import DONE, Status, allowed


@dataclass(frozen=True)
class Offers:
    """Each a right, as far as the ticket's state lets it be used; a merged source is only read and unmerged."""

    reply: bool = False
    update: bool = False
    snooze: bool = False
    assign: bool = False
    escalate: bool = False
    merge: bool = False
    unmerge: bool = False
    close: bool = False
    reopen: bool = False
    create: bool = False
    steps: tuple[Status, ...] = ()

    @property
    def resolve(self) -> bool:
        """Return whether resolving is among the steps."""
        return Status.RESOLVED in self.steps


def offers(user: User, ticket: Ticket) -> Offers:
    """Return what the page of this ticket offers this person."""
    merging = can(user, policies.MERGE)
    creating = can(user, policies.CREATE)
    if ticket.merged_into_id:
        return Offers(unmerge=merging, create=creating)
    closing = can(user, policies.CLOSE)
    return Offers(
        reply=can(user, policies.REPLY),
        update=can(user, policies.UPDATE),
        snooze=can(user, policies.UPDATE) and not ticket.is_done,
        assign=can(user, policies.ASSIGN),
        escalate=can(user, policies.ESCALATE) and not ticket.is_done,
        merge=merging,
        unmerge=merging,
        close=closing and ticket.status != Status.CLOSED,
        reopen=closing and ticket.is_done,
        create=creating,
        steps=steps(user, ticket),
    )


def steps(user: User, ticket: Ticket) -> tuple[Status, ...]:
    """The states this person may set: those the table allows, of which resolving, closing and reopening is a right."""
    possible = allowed(ticket.status, merged=bool(ticket.merged_into_id))
    if ticket.is_done and not can(user, policies.CLOSE):
        return ()
    return tuple(step for step in possible if can(user, policies.CLOSE if step in DONE else policies.UPDATE))
