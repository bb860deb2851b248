"""Do what the forms of a ticket's page ask: each is one call of an operation, and a sentence that says it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.errors import IdempotencyConflict, Invalid, NotFound
from core.idempotency import Answer, once
from core.operation import operation_scope
from tickets import operations
from tickets.admin import forms
from tickets.models import Ticket
from tickets.operations import NewMessage
from tickets.pages.fields import OperationForm, new_id
from tickets.pages.requests import keep, sent_before


class Done(NamedTuple):
    """Hold what to say, and where to go on: a ticket's id, and the message to stand at."""

    text: str | Promise
    ticket_id: int
    message_id: int | None = None


Run = Callable[[Ticket, Any, User], Done]


class Action(NamedTuple):
    form: type[forms.TicketForm]
    run: Run


def _write(ticket: Ticket, form: forms.WriteForm, by: User) -> Done:
    """A reply, with the state that is to follow it in the same transaction, or a note."""
    keep(form, by)
    data, internal = form.cleaned_data, isinstance(form, forms.NoteForm)
    new = NewMessage(
        body=data["body"],
        is_internal=internal,
        attachments=form.references,
        client_message_id=data["client_message_id"],
        last_seen_id=data.get("last_seen"),
    )
    with operation_scope():
        try:
            written = operations.add_message(ticket.pk, new, by=by)
        except IdempotencyConflict:
            raise sent_before(form) from None
        message = written.message
        operations.save_draft(ticket.pk, form.slug, "", by=by)
        if data.get("status") and not written.repeated:
            operations.change_status(message.ticket_id, data["status"], by=by)
    text = _("The note was added.") if internal else _("The reply was sent.")
    return Done(text, message.ticket_id, message.pk)


def _status(ticket: Ticket, form: Any, by: User) -> Done:
    data = form.cleaned_data
    operations.change_status(ticket.pk, data["status"], note=data["note"], version=data["version"], by=by)
    return Done(_("The status was changed."), ticket.pk)


def _assign(ticket: Ticket, form: Any, by: User) -> Done:
    changes = form.changes()
    chosen = {"agent_id": changes.get("agent_id", ticket.assignee_id)}
    if "team_id" in changes:
        chosen["team_id"] = changes["team_id"]
    operations.assign(ticket.pk, **chosen, version=form.cleaned_data["version"], by=by)
    if not changes:
        return Done(_("Nothing was changed."), ticket.pk)
    released = "agent_id" in changes and not changes["agent_id"]
    return Done(_("The ticket is with nobody now.") if released else _("The ticket was assigned."), ticket.pk)


def _take(ticket: Ticket, form: Any, by: User) -> Done:
    operations.assign(ticket.pk, agent_id=by.pk, version=form.cleaned_data["version"], by=by)
    return Done(_("The ticket is yours now."), ticket.pk)


def _fields(ticket: Ticket, form: Any, by: User) -> Done:
    operations.update_ticket(ticket.pk, changes=form.changes(), version=form.cleaned_data["version"], by=by)
    return Done(_("The ticket was changed."), ticket.pk)


def _priority(ticket: Ticket, form: Any, by: User) -> Done:
    data = form.cleaned_data
    operations.update_ticket(ticket.pk, changes={"priority": data["priority"]}, version=data["version"], by=by)
    return Done(_("The priority was changed."), ticket.pk)


def _snooze(ticket: Ticket, form: Any, by: User) -> Done:
    data = form.cleaned_data
    operations.snooze(ticket.pk, data["until"], version=data["version"], by=by)
    text = _("The ticket was put aside.") if data["until"] else _("The ticket is back in the lists of work.")
    return Done(text, ticket.pk)


def _macro(ticket: Ticket, form: Any, by: User) -> Done:
    data = form.cleaned_data
    operations.apply_macro(
        ticket.pk, data["macro_id"], client_message_id=data["key"], last_seen_id=data["last_seen"], by=by
    )
    return Done(_("The macro was carried out."), ticket.pk)


def _escalate(ticket: Ticket, form: Any, by: User) -> Done:
    data = form.cleaned_data

    def run() -> Answer:
        operations.escalate(ticket.pk, reason=data["reason"], agent_id=data["agent_id"], by=by)
        return Answer(200, {})

    once_for(form, by, f"admin:escalate:{ticket.pk}", {"reason": data["reason"], "agent": data["agent_id"]}, run)
    return Done(_("The ticket was escalated."), ticket.pk)


def once_for(form: OperationForm, by: User, route: str, payload: dict[str, Any], run: Callable[[], Answer]) -> Answer:
    """Carry out `run` once for one rendering of a form; what was changed since it was sent asks to be sent again."""
    try:
        return once(by.pk, route, form.cleaned_data["key"], payload, run)
    except IdempotencyConflict:
        form.put("key", new_id())
        raise Invalid(_("This form was sent before. Send it again if you mean it a second time.")) from None


def _split(ticket: Ticket, form: Any, by: User) -> Done:
    data = form.cleaned_data

    def run() -> Answer:
        made = operations.split(ticket.pk, data["message_id"], subject=data["subject"], by=by)
        return Answer(201, {"id": made.pk, "number": made.number})

    payload = {"message": data["message_id"], "subject": data["subject"]}
    made = once_for(form, by, f"admin:split:{ticket.pk}", payload, run).content
    return Done(_("The ticket %(number)s was opened with this message.") % {"number": made["number"]}, made["id"])


def _merge(ticket: Ticket, form: Any, by: User) -> Done:
    with _other("sourceIds"):
        operations.merge(ticket.pk, [form.cleaned_data["source_ids"]], by=by)
    return Done(_("The tickets were merged."), ticket.pk)


def _unmerge(ticket: Ticket, form: Any, by: User) -> Done:
    data = form.cleaned_data
    source = operations.unmerge(data["target_id"], data["source_id"], by=by)
    return Done(_("The merge was undone: %(number)s stands by itself again.") % {"number": source.number}, ticket.pk)


def _link(ticket: Ticket, form: Any, by: User) -> Done:
    with _other("ticketId"):
        operations.link(ticket.pk, form.cleaned_data["ticket_id"], kind=form.cleaned_data["kind"], by=by)
    return Done(_("The tickets were linked."), ticket.pk)


def _unlink(ticket: Ticket, form: Any, by: User) -> Done:
    operations.unlink(ticket.pk, form.cleaned_data["ticket_id"], kind=form.cleaned_data["kind"], by=by)
    return Done(_("The link was removed."), ticket.pk)


class _other:
    """Inside it, an absent ticket is the one that was typed, since the page's own was just found."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, NotFound):
            raise Invalid(fields={self.name: [_("There is no ticket of this number that you may see.")]}) from None


def _plain(run: Callable[[Ticket, User], object], text: str | Promise) -> Action:
    """A button with nothing to say."""

    def act(ticket: Ticket, _form: Any, by: User) -> Done:
        run(ticket, by)
        return Done(text, ticket.pk)

    return Action(forms.TicketForm, act)


ACTIONS: dict[str, Action] = {
    "reply": Action(forms.ReplyForm, _write),
    "note": Action(forms.NoteForm, _write),
    "status": Action(forms.StatusForm, _status),
    "assign": Action(forms.AssignForm, _assign),
    "take": Action(forms.VersionForm, _take),
    "fields": Action(forms.FieldsForm, _fields),
    "priority": Action(forms.PriorityForm, _priority),
    "snooze": Action(forms.SnoozeForm, _snooze),
    "macro": Action(forms.MacroForm, _macro),
    "escalate": Action(forms.EscalateForm, _escalate),
    "split": Action(forms.SplitForm, _split),
    "merge": Action(forms.MergeForm, _merge),
    "unmerge": Action(forms.UnmergeForm, _unmerge),
    "link": Action(forms.LinkForm, _link),
    "unlink": Action(forms.UnlinkForm, _unlink),
    "close": _plain(lambda ticket, by: operations.close(ticket.pk, by=by), gettext_lazy("The ticket was closed.")),
    "reopen": _plain(
        lambda ticket, by: operations.reopen(ticket.pk, by=by), gettext_lazy("The ticket was opened again.")
    ),
    "watch": _plain(
        lambda ticket, by: operations.watch(ticket.pk, by.pk, by=by), gettext_lazy("You watch this ticket now.")
    ),
    "unwatch": _plain(
        lambda ticket, by: operations.unwatch(ticket.pk, by.pk, by=by), gettext_lazy("You watch this ticket no more.")
    ),
}
