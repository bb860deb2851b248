"""Define what the forms of a chat's page do: each is one call of an operation, and a sentence that says it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from chat import operations
from chat.admin import forms
from chat.models import Session
from chat.operations import NewChatMessage
from core.errors import IdempotencyConflict
from tickets.pages.requests import keep, sent_before


class Done(NamedTuple):
    """Hold what to say (nothing when the page shows it), and whether to go on at the desk instead of the chat."""

    text: str | Promise = ""
    leaves: bool = False


Run = Callable[[Session, Any, User], Done]


class Action(NamedTuple):
    form: type[forms.ChatForm]
    run: Run


def _write(session: Session, form: forms.WriteForm, by: User) -> Done:
    """A message, by which what came before it counts as read, or a note."""
    keep(form, by)
    data, internal = form.cleaned_data, isinstance(form, forms.NoteForm)
    new = NewChatMessage(
        body=data["body"],
        is_internal=internal,
        attachments=form.references,
        client_message_id=data["client_message_id"],
    )
    try:
        operations.post(session.pk, new, by=by)
    except IdempotencyConflict:
        raise sent_before(form) from None
    if data.get("seen"):
        operations.read(session.pk, data["seen"], by=by)
    return Done(_("The note was added.") if internal else "")


def _read(session: Session, form: Any, by: User) -> Done:
    operations.read(session.pk, form.cleaned_data["message_id"], by=by)
    return Done()


def _accept(session: Session, _form: Any, by: User) -> Done:
    operations.accept(session.pk, by=by)
    return Done()


def _transfer(session: Session, form: Any, by: User) -> Done:
    data = form.cleaned_data
    operations.transfer(session.pk, agent_id=data["agent_id"], note=data["note"], by=by)
    return Done(_("The chat was passed on."), leaves=True)


def _end(session: Session, _form: Any, by: User) -> Done:
    operations.end(session.pk, by=by)
    return Done(_("The chat was ended."))


def _ticket(session: Session, _form: Any, by: User) -> Done:
    ticket, _made = operations.make_ticket(session.pk, by=by)
    return Done(_("The ticket %(number)s was opened with what was said here.") % {"number": ticket.number})


ACTIONS: dict[str, Action] = {
    "accept": Action(forms.ChatForm, _accept),
    "reply": Action(forms.ReplyForm, _write),
    "note": Action(forms.NoteForm, _write),
    "read": Action(forms.ReadForm, _read),
    "transfer": Action(forms.TransferForm, _transfer),
    "end": Action(forms.ChatForm, _end),
    "ticket": Action(forms.ChatForm, _ticket),
}
