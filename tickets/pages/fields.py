"""Define what the forms of tickets are made of: kinds of fields, and a form that shows an operation's refusal."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Problem
from core.ids import as_number, reference
from core.inputs import FilesInput
from core.text import camel, shows_nothing, trim_lines
from tickets.api.serializers import MAX_BODY
from tickets.pages.choices import Choices
from tickets.tags import split_tags
from uploads.incoming import IncomingFile
from uploads.links import as_id
from uploads.models import Attachment


def new_id() -> str:
    """An id for one rendering of a form: sent twice, it is carried out once."""
    return uuid.uuid4().hex


class LongText(forms.CharField):
    """Text of several lines; line ends as one character, direction by its first letter; trimmed as the API does."""

    def __init__(self, *, rows: int = 4, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
        super().__init__(**{"max_length": MAX_BODY, "widget": widget, "strip": False, **options})

    def to_python(self, value: Any) -> str:
        text = super().to_python(trim_lines(value.replace("\r\n", "\n")) if isinstance(value, str) else value) or ""
        return "" if shows_nothing(text) else text


class Line(forms.CharField):
    """Text of one line; `side` is its direction: `auto`, or `ltr` for codes."""

    def __init__(self, *, side: str = "auto", **options: Any) -> None:
        super().__init__(**{"widget": forms.TextInput(attrs={"dir": side}), **options})

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "" if shows_nothing(text) else text


class Number(Line):
    """A ticket's number as people copy it: in any digits, with `#` or marks of direction around it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"side": "ltr", "max_length": 40, **options})
        self.widget.attrs |= {"placeholder": "TKT-2026-000123", "autocomplete": "off"}

    def to_python(self, value: Any) -> str:
        return reference(super().to_python(value) or "").upper()


def whole(value: str) -> int:
    """An id as the database holds it; ValueError otherwise."""
    found = as_number(value)
    if found is None:
        raise ValueError(value)
    return found


class OpenChoice(forms.ChoiceField):
    """A select whose choices are what the page offers; whether another value will do, the operation decides."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def valid_value(self, value: Any) -> bool:
        return True


class Choice(forms.TypedChoiceField):
    """The id of a thing on offer, or None; whether the thing will do, the operation decides."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"coerce": whole, "empty_value": None, "required": False, **options})

    def valid_value(self, value: Any) -> bool:
        return True


class Tags(Line):
    """Tags on one line, separated by the commas of either script."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "help_text": _("Separated by commas."), **options})

    def clean(self, value: Any) -> list[str]:
        """Return what is too many or too long, the operation refuses."""
        return split_tags([super().clean(value)])


class FilesField(forms.FileField):
    """Any number of files; what they are is checked when they are stored."""

    widget = FilesInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"label": _("Files"), "required": False, **options})

    def clean(self, data: Any, initial: Any = None) -> list[IncomingFile]:
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        return [IncomingFile(file.name or "", file.file) for file in sent]


class OperationForm(forms.Form):
    """A form whose operation may refuse it; nothing that was typed is lost by that.

    Fields bear the names of the wire in snake case, so that a refusal of `agentId` is shown at `agent_id`.
    """

    use_required_attribute = False

    def put(self, name: str, value: Any) -> None:
        """Have the form shown with this value, whatever was sent."""
        if not self.is_bound:
            self.initial[name] = value
            return
        data: QueryDict = self.data.copy()  # type: ignore[attr-defined]
        data[name] = "" if value is None else str(value)
        self.data = data

    def offer(self, **choices: Choices) -> None:
        """Set what the selects offer, by the name of the field."""
        for name, rows in choices.items():
            self.fields[name].choices = rows  # type: ignore[attr-defined]

    def refuse(self, problem: Problem) -> None:
        """Show a refusal at the fields it names, else above the form."""
        for name, texts in (problem.fields or {"": [problem.message]}).items():
            self.add_error(self._place(name), [str(text) for text in texts])

    def _place(self, name: str) -> str | None:
        found = {camel(field): field for field in self.fields}.get(name)
        return None if found is None or self.fields[found].widget.is_hidden else found


class WithFiles(OperationForm):
    """A form that brings files. Those already stored by an attempt that was refused are kept for the next."""

    attachments = FilesField()
    stored: tuple[Attachment, ...] = ()

    def find_stored(self, by: User) -> None:
        """The files of earlier attempts: this person's own, attached to nothing yet."""
        sent = self.data.getlist("stored")  # type: ignore[attr-defined]
        wanted = [found for value in sent if (found := as_id(value))]
        if wanted:
            rows = {row.pk: row for row in Attachment.objects.filter(pk__in=wanted, uploader=by, owner_type="")}
            self.stored = tuple(rows[found] for found in dict.fromkeys(wanted) if found in rows)

    def _place(self, name: str) -> str | None:
        """A refused file is named `files[0]` when it is stored and `attachments[0]` when it is attached."""
        return "attachments" if name.partition("[")[0] in {"files", "attachments"} else super()._place(name)

    @property
    def references(self) -> list[str]:
        """Return what the operation attaches."""
        return [str(row.pk) for row in self.stored]


def hidden_number() -> forms.IntegerField:
    """Return a field of a number that the page carries along."""
    return forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
