"""The forms of /help; they check what was typed, the operations decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.pages.fields import Choice, Line, LongText, OperationForm, WithFiles, new_id

_EMAIL = forms.EmailInput(attrs={"autocomplete": "username", "dir": "ltr"})
LONGEST_FEEDBACK = 2_000


class SignInForm(OperationForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=_EMAIL)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "dir": "ltr"}),
    )


class LinkForm(OperationForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=_EMAIL)


class NewTicketForm(WithFiles):
    field_order = ("subject", "description", "category_id", "order_id", "attachments")
    subject = Line(label=_("Subject"), max_length=200)
    description = LongText(label=_("Message"), rows=7)
    category_id = Choice(label=_("Category"))
    order_id = Line(label=_("Order number"), max_length=64, required=False)
    form_id = forms.CharField(max_length=100, widget=forms.HiddenInput, initial=new_id)

    def values(self) -> dict[str, Any]:
        """Return what a new ticket is made of, beside its files."""
        return {name: self.cleaned_data[name] for name in ("subject", "description", "category_id", "order_id")}


class ReplyForm(WithFiles):
    field_order = ("body", "attachments")
    body = LongText(label=_("Reply"), rows=5, required=False)
    client_message_id = forms.CharField(max_length=100, widget=forms.HiddenInput, initial=new_id)


class RatingForm(OperationForm):
    rating = forms.TypedChoiceField(
        choices=[(value, value) for value in range(1, 6)],
        coerce=int,
        error_messages={"required": _("Choose from 1 to 5.")},
    )
    feedback = forms.CharField(required=False, max_length=LONGEST_FEEDBACK)


class ProfileForm(OperationForm):
    name = Line(label=_("Name"), max_length=150)
    language = forms.ChoiceField(label=_("Language"), choices=[("ar", "العربية"), ("en", "English")])
