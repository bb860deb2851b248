"""The forms of a ticket's page, one an operation; they check what was typed, the operations decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.admin.snoozing import MomentField
from tickets.models import LinkKind, Ticket
from tickets.pages.choices import Choices
from tickets.pages.fields import (
    Choice,
    Line,
    LongText,
    Number,
    OpenChoice,
    OperationForm,
    Tags,
    WithFiles,
    hidden_number,
    new_id,
)
from tickets.states import Priority, Status


class TicketForm(OperationForm):
    """A form about one ticket; hidden `seen` is the newest entry of its history that the page showed."""

    slug = "plain"
    seen = hidden_number()

    def __init__(self, ticket: Ticket, *args: Any, **options: Any) -> None:
        self.ticket = ticket
        options["auto_id"] = f"{self.slug}-%s"
        super().__init__(*args, **options)
        self.prepare()

    def prepare(self) -> None:
        """First values, from the ticket."""

    def renew(self) -> None:
        """Make a refused form fit the ticket as it is now, with what was typed left in place."""


class VersionForm(TicketForm):
    """A form that is refused when the ticket has changed since it was shown.

    Its fields carry what they showed at first, so that only what this person changed is written.
    """

    version = hidden_number()

    def prepare(self) -> None:
        self.initial["version"] = self.ticket.version

    def changes(self) -> dict[str, Any]:
        """Return what this person changed, as the operation takes it."""
        return {name: self.cleaned_data[name] for name in self._changed()}

    def renew(self) -> None:
        changed = self._changed()
        for name, field in self.fields.items():
            if field.show_hidden_initial:
                self.put(f"initial-{name}", self.initial.get(name))
                if name not in changed:
                    self.put(name, self.initial.get(name))
        self.put("version", self.ticket.version)

    def _changed(self) -> list[str]:
        return [name for name in self.changed_data if self.fields[name].show_hidden_initial]


class WriteForm(WithFiles, TicketForm):
    """Hold what a reply and a note have in common."""

    body = LongText(rows=3, required=False)
    client_message_id = forms.CharField(max_length=100, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.initial["client_message_id"] = new_id()


class ReplyForm(WriteForm):
    slug = "reply"
    body = LongText(label=_("Reply"), rows=3, required=False)
    last_seen = hidden_number()
    status = forms.ChoiceField(label=_("After sending"), choices=[("", ""), *Status.choices], required=False)
    canned = OpenChoice(label=_("Canned response"))


class NoteForm(WriteForm):
    slug = "note"
    body = LongText(
        label=_("Internal note"),
        rows=3,
        required=False,
        help_text=_("The customer never sees it. Mention a colleague by @ and their e-mail."),
    )


class StatusForm(VersionForm):
    slug = "status"
    status = forms.ChoiceField(label=_("New status"), choices=Status.choices)
    note = LongText(label=_("Internal note"), required=False, rows=2)


class AssignForm(VersionForm):
    slug = "assign"
    agent_id = Choice(label=_("Agent"), show_hidden_initial=True)
    team_id = Choice(label=_("Team"), show_hidden_initial=True)

    def prepare(self) -> None:
        super().prepare()
        self.initial.update(agent_id=self.ticket.assignee_id, team_id=self.ticket.team_id)


def priority_field(**options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("Priority"), choices=Priority.choices, coerce=lambda value: Priority(int(value)), **options
    )


class FieldsForm(VersionForm):
    """The ticket's own fields."""

    slug = "fields"
    subject = Line(label=_("Subject"), max_length=200, show_hidden_initial=True)
    priority = priority_field(show_hidden_initial=True)
    category_id = Choice(label=_("Category"), show_hidden_initial=True)
    tags = Tags(label=_("Tags"), show_hidden_initial=True)
    order_id = Line(label=_("Order number"), required=False, max_length=64, side="ltr", show_hidden_initial=True)
    product_id = Line(label=_("Product number"), required=False, max_length=64, side="ltr", show_hidden_initial=True)

    def prepare(self) -> None:
        super().prepare()
        names = ("subject", "priority", "category_id", "order_id", "product_id")
        self.initial.update({name: getattr(self.ticket, name) for name in names})
        self.initial["tags"] = ", ".join(self.ticket.tags)


class PriorityForm(VersionForm):
    slug = "priority"
    priority = priority_field()


class SnoozeForm(VersionForm):
    """Until when the ticket is put aside; nothing takes it back."""

    slug = "snooze"
    until = MomentField(label=_("Put aside until"))


class MacroForm(TicketForm):
    """The macro that was chosen; `key` tells one rendering of the page from the next."""

    slug = "macro"
    macro_id = Choice(required=True, widget=forms.HiddenInput)
    last_seen = hidden_number()
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.initial["key"] = new_id()


class EscalateForm(TicketForm):
    slug = "escalate"
    reason = LongText(label=_("Reason"), max_length=2000, rows=2, help_text=_("It becomes an internal note."))
    agent_id = Choice(label=_("Give it to"))
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.initial["key"] = new_id()


class MergeForm(TicketForm):
    slug = "merge"
    source_ids = Number(
        label=_("Number of the ticket that ends in this one"),
        help_text=_(
            "Its number, or words of it. It is closed; its messages and watchers move here. This can be undone."
        ),
    )


class SplitForm(TicketForm):
    """The answer of the customer that opens another ticket."""

    slug = "split"
    message_id = Choice(required=True, widget=forms.HiddenInput)
    subject = Line(label=_("Subject"), max_length=200)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.initial["key"] = new_id()


class UnmergeForm(TicketForm):
    slug = "unmerge"
    source_id = Choice(widget=forms.HiddenInput, required=True)
    target_id = Choice(widget=forms.HiddenInput, required=True)


class LinkForm(TicketForm):
    slug = "link"
    ticket_id = Number(label=_("Number of the other ticket"), help_text=_("Its number, or words of it."))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(LinkKind.RELATED, _("Related to it")), (LinkKind.FOLLOW_UP, _("Follows it"))],
    )


class UnlinkForm(TicketForm):
    slug = "unlink"
    ticket_id = Choice(widget=forms.HiddenInput, required=True)
    kind = forms.ChoiceField(choices=LinkKind.choices, widget=forms.HiddenInput)


class NewTicketForm(WithFiles):
    """A ticket opened for a customer."""

    subject = Line(label=_("Subject"), max_length=200)
    description = LongText(label=_("Description"), rows=8, required=False)
    priority = priority_field(initial=Priority.NORMAL)
    category_id = Choice(label=_("Category"))
    order_id = Line(label=_("Order number"), required=False, max_length=64, side="ltr")
    product_id = Line(label=_("Product number"), required=False, max_length=64, side="ltr")
    agent_id = Choice(label=_("Agent"))
    team_id = Choice(label=_("Team"))
    tags = Tags(label=_("Tags"))
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    field_order = ("subject", "description", "attachments")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["key"].initial = new_id()


FORMS: tuple[type[TicketForm], ...] = (
    ReplyForm,
    NoteForm,
    StatusForm,
    AssignForm,
    FieldsForm,
    SnoozeForm,
    MacroForm,
    SplitForm,
    EscalateForm,
    MergeForm,
    LinkForm,
)


def status_choices(steps: Sequence[Status]) -> Choices:
    return [(step.value, step.label) for step in steps]
