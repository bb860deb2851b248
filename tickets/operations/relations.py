"""Say who watches a ticket, and which tickets belong together; nothing here is seen by customers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import Invalid
from core.operation import operation
from tickets import events
from tickets.models import Link, LinkKind, Ticket, Watcher
from tickets.operations.base import save
from tickets.operations.locking import locked, locked_all
from tickets.policies import UPDATE, refuse_unless


@operation
def watch(ref: int | str, user_id: int, *, by: User) -> Ticket:
    """Have a member of staff follow a ticket; once is enough. Raises Invalid for anybody else."""
    ticket = locked(ref, by)
    refuse_unless(by, UPDATE)
    user = User.objects.staff().filter(pk=user_id).first()
    if user is None:
        raise Invalid(fields={"userId": [_("Only staff can watch tickets.")]})
    _row, made = Watcher.objects.get_or_create(ticket=ticket, user=user, defaults={"created_at": clock.now()})
    return _done(ticket, by, new={"watcher": str(user.pk)}) if made else ticket


@operation
def unwatch(ref: int | str, user_id: int, *, by: User) -> Ticket:
    """Have someone follow a ticket no more; who did not is no error."""
    ticket = locked(ref, by)
    refuse_unless(by, UPDATE)
    deleted, _rows = Watcher.objects.filter(ticket=ticket, user_id=user_id).delete()
    return _done(ticket, by, old={"watcher": str(user_id)}) if deleted else ticket


@operation
def link(ref: int | str, other_ref: int | str, *, kind: str, by: User) -> Ticket:
    """Say that two tickets belong together; both must be visible. Raises Invalid for a ticket and itself."""
    ticket, other = _two(ref, other_ref, by)
    refuse_unless(by, UPDATE)
    if kind == LinkKind.RELATED and Link.objects.filter(ticket=other, other=ticket, kind=kind).exists():
        return ticket
    _row, made = Link.objects.get_or_create(ticket=ticket, other=other, kind=kind, defaults={"created_at": clock.now()})
    if not made:
        return ticket
    return _both(ticket, other, by, new={"link": other.number, "kind": kind})


@operation
def unlink(ref: int | str, other_ref: int | str, *, kind: str, by: User) -> Ticket:
    """Undo a link, whichever side it was made from."""
    ticket, other = _two(ref, other_ref, by)
    refuse_unless(by, UPDATE)
    pair = [ticket.pk, other.pk]
    deleted, _rows = Link.objects.filter(ticket__in=pair, other__in=pair, kind=kind).delete()
    return _both(ticket, other, by, old={"link": other.number, "kind": kind}) if deleted else ticket


def _two(ref: int | str, other_ref: int | str, by: User) -> tuple[Ticket, Ticket]:
    ticket, other = locked_all([ref, other_ref], by)
    if ticket == other:
        raise Invalid(fields={"ticketId": [_("A ticket cannot be linked to itself.")]})
    return ticket, other


def _both(ticket: Ticket, other: Ticket, by: User, **values: dict[str, str]) -> Ticket:
    _done(other, by, **{name: value | {"link": ticket.number} for name, value in values.items()})
    return _done(ticket, by, **values)


def _done(ticket: Ticket, by: User, **values: dict[str, str]) -> Ticket:
    ticket.staff_updated_at = clock.now()
    save(ticket)
    record("TICKET_UPDATED", ticket, by=by, **values)
    shown = Ticket.objects.complete().get(pk=ticket.pk)
    events.ticket_updated(shown, public=False)
    return shown
