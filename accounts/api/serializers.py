"""Forms of accounts on the wire."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import Language, Role
from accounts.operations.server_keys import LONGEST_SECRET
from core.addresses import validate_address
from core.api.serializers import FormIn, FormOut, IdField, TextField, refuse_longer
from core.phones import e164


class PhoneField(TextField):
    """A phone number, stored as E.164 (`+9665…`); national numbers are read as Saudi ones."""

    default_error_messages = {"phone": _("This is not a phone number.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, allow_blank=True, **options)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not text:
            return ""
        try:
            return e164(text)
        except ValueError:
            self.fail("phone")


class EmailField(serializers.EmailField):
    """An address, in lower case."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        refuse_longer(self, data)
        address = str(super().to_internal_value(data)).lower()
        try:
            validate_address(address)
        except ValidationError:
            self.fail("invalid")
        return address


def password_field() -> TextField:
    """A password as typed: not trimmed, bounded."""
    return TextField(max_length=128, trim_whitespace=False, write_only=True)


class UserOut(FormOut):
    id = IdField()
    email = serializers.EmailField(allow_null=True)
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    language = serializers.ChoiceField(choices=Language.choices)
    phone = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField(), source="permission_names")


class PairOut(FormOut):
    access_token = serializers.CharField(source="access")
    refresh_token = serializers.CharField(source="refresh")
    expires_in = serializers.IntegerField()
    user = UserOut()


class RegisterIn(FormIn):
    null_is_left_out = True
    email = EmailField(max_length=254)
    password = password_field()
    name = TextField(max_length=150)
    phone = PhoneField(required=False, default="")
    language = serializers.ChoiceField(choices=Language.choices, required=False, default="")


class LoginIn(FormIn):
    email = TextField(max_length=254)
    password = password_field()
    otp = TextField(max_length=10, required=False)


class GuestIn(FormIn):
    null_is_left_out = True
    name = TextField(max_length=150)
    email = EmailField(max_length=254, required=False, default="")


class RefreshIn(FormIn):
    refresh_token = TextField(max_length=2000)


class CustomerTokenIn(FormIn):
    """The secret of a server key, and the customer whom the shop has signed in."""

    secret = TextField(max_length=LONGEST_SECRET, trim_whitespace=False, write_only=True)
    email = EmailField(max_length=254)
    name = TextField(max_length=150)
    phone = PhoneField(required=False, default="")
    language = serializers.ChoiceField(choices=Language.choices, required=False, default="")


class CustomerTokenOut(FormOut):
    access_token = serializers.CharField(source="access")
    expires_in = serializers.IntegerField()
    user = UserOut()


class PasswordChangeIn(FormIn):
    old_password = password_field()
    new_password = password_field()


class PasswordForgotIn(FormIn):
    email = TextField(max_length=254)


class PasswordResetIn(FormIn):
    token = TextField(max_length=500)
    new_password = password_field()


class ProfileIn(FormIn):
    name = TextField(max_length=150, required=False)
    phone = PhoneField(required=False)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
