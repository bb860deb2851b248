"""Saved views, drafts, and how far somebody has read; none is evented: each page reads its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core import clock
from core.errors import Forbidden, Invalid, NotFound
from core.operation import operation
from core.prepared import execute
from tickets.models import Draft, SavedView, Ticket
from tickets.policies import REPLY, VIEW, refuse_unless

PARAMETERS = frozenset(
    {"view", "status", "priority", "category", "agent", "team", "customer", "files", "sla", "rated", "tag", "q", "sort"}
    | {"created_at_from", "created_at_to"}
)
"""The filters of the list that a view may keep."""
MOST_VIEWS = 50
LONGEST = 200
LONGEST_DRAFT = 50_000


@operation
def save_view(name: str, *, parameters: Mapping[str, str], shared: bool = False, by: User) -> SavedView:
    """Keep a search under a name; one's own view of that name is replaced.

    Raises Forbidden, or Invalid for a name or parameters that cannot be used, or too many views.
    """
    refuse_unless(by, VIEW)
    values = _cleaned(name, parameters) | {"is_shared": shared}
    view = SavedView.objects.select_for_update().filter(owner=by, name=values["name"]).first()
    if view is None and SavedView.objects.filter(owner=by).count() >= MOST_VIEWS:
        raise Invalid(fields={"name": [_("You have as many views as you can keep.")]})
    old = _audited(view) if view else {}
    view = view or SavedView(owner=by)
    for column, value in values.items():
        setattr(view, column, value)
    new = _audited(view)
    if old == new:
        return view
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise Invalid(fields={"name": [_("You have a view of this name already.")]}) from None
    record("SAVED_VIEW_UPDATED" if old else "SAVED_VIEW_CREATED", view, by=by, old=old, new=new)
    return view


@operation
def delete_view(view_id: int, *, by: User) -> None:
    """Remove one's own view. Raises NotFound for what one does not see, Forbidden for a shared one of another."""
    view = SavedView.objects.select_for_update().filter(Q(owner=by) | Q(is_shared=True), pk=view_id).first()
    if view is None:
        raise NotFound
    if view.owner_id != by.pk:
        raise Forbidden
    record("SAVED_VIEW_DELETED", view, by=by, old=_audited(view))
    view.delete()


@operation
def mark_read(ticket_id: int, message_id: int, *, by: User) -> None:
    """Keep that somebody has seen a ticket up to this message; an older one changes nothing."""
    execute(_READ, [by.pk, ticket_id, message_id])


@operation
def save_draft(ref: int | str, kind: str, body: str, *, by: User) -> None:
    """Keep what somebody has typed; an empty text removes it. Raises NotFound, Forbidden or Invalid."""
    refuse_unless(by, REPLY)
    ticket_id = Ticket.objects.visible_to(by).by_ref(str(ref)).values_list("pk", flat=True).first()
    if ticket_id is None:
        raise NotFound
    if kind not in Draft.Kind.values or len(body) > LONGEST_DRAFT or "\x00" in body:
        raise Invalid(fields={"body": [_("This value cannot be used.")]})
    if body.strip():
        now = clock.now()
        Draft.objects.update_or_create(
            user=by, ticket_id=ticket_id, kind=kind, defaults={"body": body, "saved_at": now}
        )
    else:
        Draft.objects.filter(user=by, ticket_id=ticket_id, kind=kind).delete()


_READ = """
insert into tickets_reading (user_id, ticket_id, message_id) values (%s, %s, %s)
on conflict (user_id, ticket_id) do update set message_id = excluded.message_id
where tickets_reading.message_id < excluded.message_id returning id
"""


def _cleaned(name: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    text = " ".join(name.split())
    if not text or len(text) > 60 or "\x00" in text:
        raise Invalid(fields={"name": [_("Give the view a name of at most 60 characters.")]})
    kept = {key: str(value) for key, value in parameters.items() if value}
    unknown = kept.keys() - PARAMETERS
    if unknown or any(len(value) > LONGEST or "\x00" in value for value in kept.values()):
        raise Invalid(fields={"parameters": [_("This value cannot be used.")]})
    return {"name": text, "parameters": kept}


def _audited(view: SavedView) -> dict[str, Any]:
    return {"name": view.name, "shared": view.is_shared, "parameters": dict(view.parameters)}
