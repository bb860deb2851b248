"""Macros: keeping them, and carrying one out on a ticket by the operations that its parts are."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.recorder import record
from core.errors import Invalid, NotFound
from core.operation import operation
from core.text import camel, in_language
from tickets import canned
from tickets.models import Macro, Ticket
from tickets.operations import lookups
from tickets.operations.base import refuse_merged
from tickets.operations.conversation import add_message
from tickets.operations.create import NewMessage
from tickets.operations.fields import assign, update_ticket
from tickets.operations.locking import locked
from tickets.operations.status import change_status
from tickets.policies import CANNED, REPLY, refuse_unless
from tickets.states import Priority

FIELDS = ("name_ar", "name_en", "is_active", "reply_ar", "reply_en", "status", "priority", "tags", "holder")


@operation
def save_macro(macro_id: int | None, *, changes: dict[str, Any], by: User) -> Macro:
    """Make a macro or change fields of FIELDS. Raises NotFound, Forbidden, or Invalid for a name in use or no part."""
    refuse_unless(by, CANNED)
    macro = Macro.objects.select_for_update().filter(pk=macro_id).first() if macro_id else Macro()
    if macro is None:
        raise NotFound
    old = _values(macro) if macro_id else {}
    for name in FIELDS:
        if name in changes:
            setattr(macro, name, changes[name])
    macro.tags = lookups.tags(macro.tags)
    if not any((macro.reply_ar, macro.reply_en, macro.status, macro.priority, macro.tags, macro.holder)):
        raise Invalid(fields={"replyAr": [_("A macro needs a reply or a change.")]})
    new = _values(macro)
    if old == new:
        return macro
    try:
        with transaction.atomic():
            macro.save()
    except IntegrityError:
        raise Invalid(fields={"nameAr": [_("There is a macro of this name already.")]}) from None
    record("MACRO_UPDATED" if macro_id else "MACRO_CREATED", macro, by=by, old=old, new=new)
    return macro


@operation
def delete_macro(macro_id: int, *, by: User) -> None:
    """Remove a macro; what it did stays. Raises NotFound or Forbidden."""
    refuse_unless(by, CANNED)
    macro = Macro.objects.select_for_update().filter(pk=macro_id).first()
    if macro is None:
        raise NotFound
    record("MACRO_DELETED", macro, by=by, old=_values(macro))
    macro.delete()


def _values(macro: Macro) -> dict[str, Any]:
    found = {camel(name): getattr(macro, name) for name in FIELDS}
    return found | {"priority": Priority(macro.priority).wire if macro.priority else None, "tags": list(macro.tags)}


@operation
def apply_macro(
    ref: int | str, macro_id: int, *, by: User, client_message_id: str = "", last_seen_id: int | None = None
) -> Ticket:
    """Carry out a macro on a ticket, whole or not at all: its reply in the customer's language, then its changes.

    Takes the right to reply; each part is the operation of its kind, with that one's right, events and notices. A reply
    that was sent before under this id changes nothing. Raises NotFound, Forbidden, Merged, ThreadMoved,
    InvalidTransition, or Invalid for a macro that is not on offer or whose reply lacks a value.
    """
    ticket = locked(ref, by)
    refuse_unless(by, REPLY)
    refuse_merged(ticket)
    macro = Macro.objects.filter(pk=macro_id, is_active=True).first()
    if macro is None:
        raise Invalid(fields={"macroId": [_("There is no such macro.")]})
    body = reply_of(macro, ticket, by)
    if body:
        new = NewMessage(body=body, client_message_id=client_message_id, last_seen_id=last_seen_id)
        if add_message(ticket.pk, new, by=by).repeated:
            return ticket
    ticket = _change(ticket.pk, macro, by)
    record("TICKET_MACRO_APPLIED", ticket, by=by, new={"macro": macro.name_en})
    return ticket


def reply_of(macro: Macro, ticket: Ticket, by: User) -> str:
    """Return what a macro would send, filled in; raises Invalid naming a variable that has no value here."""
    language = ticket.customer.language
    body = in_language(macro.reply_ar, macro.reply_en, language)
    filled = canned.render(body, canned.values_for(ticket, by, language))
    missing = [name for name in canned.VARIABLES if f"{{{name}}}" in filled]
    if missing:
        raise Invalid(_("The reply of this macro needs {%(name)s}, which this ticket lacks.") % {"name": missing[0]})
    return filled


def _change(ticket_id: int, macro: Macro, by: User) -> Ticket:
    ticket = locked(ticket_id, by)
    changes: dict[str, Any] = {}
    if macro.priority:
        changes["priority"] = Priority(macro.priority)
    if set(macro.tags) - set(ticket.tags):
        changes["tags"] = list(dict.fromkeys([*ticket.tags, *macro.tags]))
    if changes:
        ticket = update_ticket(ticket_id, changes=changes, by=by)
    if macro.holder:
        ticket = assign(ticket_id, agent_id=by.pk if macro.holder == Macro.Holder.ME else None, by=by)
    if macro.status and macro.status != ticket.status:
        ticket = change_status(ticket_id, macro.status, by=by)
    return ticket
