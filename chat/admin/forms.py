"""The forms of a chat's page, one an operation; they check what was typed, the operations decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chat.api.serializers import MAX_MESSAGE
from chat.models import Session
from tickets.pages.fields import Choice, LongText, OpenChoice, OperationForm, WithFiles, hidden_number, new_id


class ChatForm(OperationForm):
    """A form about one chat."""

    slug = "plain"

    def __init__(self, session: Session, *args: Any, **options: Any) -> None:
        self.session = session
        options["auto_id"] = f"{self.slug}-{session.pk}-%s"  # several chats stand on one page
        super().__init__(*args, **options)
        self.prepare()

    def prepare(self) -> None:
        """First values, from the chat."""


class WriteForm(WithFiles, ChatForm):
    """Hold what a message and a note have in common."""

    body = LongText(rows=2, max_length=MAX_MESSAGE, required=False)
    client_message_id = forms.CharField(max_length=100, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.initial["client_message_id"] = new_id()


class ReplyForm(WriteForm):
    slug = "reply"
    body = LongText(label=_("Message"), rows=2, max_length=MAX_MESSAGE, required=False)
    seen = hidden_number()
    canned = OpenChoice(label=_("Canned response"))


class NoteForm(WriteForm):
    slug = "note"
    body = LongText(label=_("Internal note"), rows=2, max_length=MAX_MESSAGE, required=False)


class ReadForm(ChatForm):
    slug = "read"
    message_id = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


class TransferForm(ChatForm):
    slug = "transfer"
    agent_id = Choice(label=_("To"))
    note = LongText(
        label=_("Internal note"),
        required=False,
        rows=2,
        max_length=MAX_MESSAGE,
        help_text=_("For the one who takes it. The customer never sees it."),
    )


FORMS: tuple[type[ChatForm], ...] = (ReplyForm, NoteForm, TransferForm)
