"""The forms at the door: signing in, changing and resetting a password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.operations.sessions import check_credentials
from accounts.refusals import record_refusal
from core.errors import Forbidden, RateLimited
from core.inputs import DayInput, FilesInput

_EMAIL = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True, "dir": "ltr"})
_TYPED = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false", "dir": "ltr"}


def _password(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete, "dir": "ltr"})


def too_many(limited: RateLimited) -> ValidationError:
    """A rate limit as a person reads it."""
    seconds = limited.retry_after
    text = ngettext(
        "Too many attempts. Try again in %(seconds)s second.",
        "Too many attempts. Try again in %(seconds)s seconds.",
        seconds,
    )
    return ValidationError(text % {"seconds": seconds})


class SignInForm(AuthenticationForm):
    """E-mail and password of staff. Unknown, wrong, disabled and not staff read alike."""

    error_messages = {"refused": _("The e-mail or the password is wrong, or this account may not enter here.")}
    username = forms.CharField(label=_("E-mail"), max_length=254, widget=_EMAIL)
    password = forms.CharField(label=_("Password"), strip=False, max_length=128, widget=_password("current-password"))

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            self.user_cache = self._staff(email, password)
        return self.cleaned_data

    def _staff(self, email: str, password: str) -> User:
        try:
            user = check_credentials(email, password)
        except RateLimited as limited:
            raise too_many(limited) from None
        if user is not None and not user.is_staff:
            record_refusal(user, Forbidden(), "POST /admin/login/")
        if user is None or not user.is_staff:
            raise ValidationError(self.error_messages["refused"])
        return user


class _TwiceForm(forms.Form):
    """A new password, typed twice."""

    new_password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=128,
        widget=_password("new-password"),
        help_text=_("Ten characters or more, not a common word, not like your name or e-mail."),
    )
    again = forms.CharField(label=_("The same again"), strip=False, max_length=128, widget=_password("new-password"))

    def clean_again(self) -> str:
        if self.cleaned_data.get("new_password") != self.cleaned_data["again"]:
            raise ValidationError(_("The two passwords are not the same."))
        return str(self.cleaned_data["again"])


class ResetForm(_TwiceForm):
    """A new password by a mailed link."""


class ChangeForm(_TwiceForm):
    """One's own password, by the old one."""

    old_password = forms.CharField(
        label=_("Present password"), strip=False, max_length=128, widget=_password("current-password")
    )
    field_order = ("old_password", "new_password", "again")


class ForgotForm(forms.Form):
    """The address to mail a link to."""

    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=_EMAIL)


class SampleForm(forms.Form):
    """One field of each kind, for the page of samples."""

    line = forms.CharField(label=_("Subject"), max_length=200)
    choice = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, required=False)
    day = forms.DateField(label=_("First day"), widget=DayInput, required=False)
    text = forms.CharField(
        label=_("Description"), widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}), required=False
    )
    attachments = forms.FileField(label=_("Files"), widget=FilesInput, required=False)


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(label=_("Code"), max_length=20, widget=forms.TextInput(attrs={**_TYPED, "autofocus": True}))


class SwitchOffForm(forms.Form):
    """Hold what switching the second factor off asks for."""

    password = forms.CharField(
        label=_("Present password"), strip=False, max_length=128, widget=_password("current-password")
    )
    code = forms.CharField(
        label=_("Code from the app, or a recovery code"), max_length=20, widget=forms.TextInput(attrs=_TYPED)
    )
