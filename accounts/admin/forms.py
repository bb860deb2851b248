"""The forms of people in the back office; they check what is typed, the operations decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError as WireError

from accounts.admin.names import group_title
from accounts.api.serializers import PhoneField
from accounts.catalogue import APP_LABEL, CODENAMES, DEFAULT_GROUPS
from accounts.models import STAFF_ROLES, Role, User

LEFT_TO_RIGHT = {"dir": "ltr"}


class GroupChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Groups under the names people know them by."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return group_title(obj.name)


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Hold what staff may change about another person."""

    role = forms.ChoiceField(label=_("Role"), required=False)
    groups = GroupChoice(
        label=_("Groups"),
        queryset=Group.objects.order_by("name"),
        required=False,
        help_text=_("What this person may do is what their groups may do. A change takes effect at once."),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", **LEFT_TO_RIGHT}),
        help_text=_("Leave it empty to mail the person a link to choose one."),
    )

    class Meta:
        model = User
        fields = ("name", "email", "phone", "language", "role", "is_active", "groups")
        widgets = {
            "name": forms.TextInput(attrs={"dir": "auto"}),
            "email": forms.EmailInput(attrs=LEFT_TO_RIGHT),
            "phone": forms.TextInput(attrs={**LEFT_TO_RIGHT, "type": "tel", "autocomplete": "off"}),
        }

    staff = True
    held: frozenset[str] = frozenset()
    """The rights of whoever fills the form in: roles and groups that would give others are not offered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["password"]
        if "groups" in self.fields and not (self.instance.pk and self.staff):
            del self.fields["groups"]
        if "groups" in self.fields:
            beyond = CODENAMES - self.held
            rights = Permission.objects.filter(content_type__app_label=APP_LABEL, codename__in=beyond)
            groups = Group.objects.exclude(permissions__in=rights).order_by("name")
            self.fields["groups"].queryset = groups  # type: ignore[attr-defined]
        if "role" in self.fields:
            roles = [role for role in STAFF_ROLES if self.held.issuperset(DEFAULT_GROUPS[role])]
            if self.instance.role in STAFF_ROLES and self.instance.role not in roles:
                roles.append(Role(self.instance.role))
            self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
            if not self.staff:
                del self.fields["role"]
        if "email" in self.fields:
            # Guests have none; everybody else signs in with it.
            self.fields["email"].required = self.staff or bool(not self.instance.pk or self.instance.email)

    def clean_email(self) -> str | None:
        return (self.cleaned_data["email"] or "").strip().lower() or None

    def clean_phone(self) -> str:
        try:
            return PhoneField().run_validation(self.cleaned_data["phone"])
        except WireError:
            raise forms.ValidationError(_("This is not a phone number.")) from None


class NewPasswordForm(forms.Form):
    """A new password for somebody else, typed twice."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", **LEFT_TO_RIGHT}),
    )
    again = forms.CharField(
        label=_("The same again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", **LEFT_TO_RIGHT}),
    )

    def clean_again(self) -> str:
        if self.cleaned_data.get("password") != self.cleaned_data["again"]:
            raise forms.ValidationError(_("The two passwords are not the same."))
        return str(self.cleaned_data["again"])
