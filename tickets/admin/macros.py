"""Macros in the back office: keeping them, and what the page of a ticket offers of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.admin import DeletingAdmin, state_badge
from core.text import in_language
from tickets import canned, operations, policies
from tickets.admin.catalogue import ARABIC, ENGLISH, MAX_CANNED, variables_help
from tickets.models import Macro, Ticket
from tickets.operations.macros import FIELDS
from tickets.pages.fields import LongText, Tags
from tickets.states import Priority, Status

EXCERPT = 90


class Option(NamedTuple):
    """A macro as a ticket's page offers it: what it says, and what it does."""

    pk: int
    name: str
    says: str
    does: str


def macros_for(ticket: Ticket, agent: User) -> list[Option]:
    """Return the macros on offer, with the beginning of the reply as it would be sent."""
    language = ticket.customer.language
    values = canned.values_for(ticket, agent, language)
    return [
        Option(row.pk, str(row), canned.render(_said(row, language), values)[:EXCERPT], changes_of(row))
        for row in Macro.objects.filter(is_active=True)
    ]


def _said(macro: Macro, language: str | None = None) -> str:
    return in_language(macro.reply_ar, macro.reply_en, language)


def changes_of(macro: Macro) -> str:
    """Return what a macro changes, in a line."""
    parts = [
        str(Status(macro.status).label) if macro.status else "",
        _("Priority: %(priority)s") % {"priority": Priority(macro.priority).label} if macro.priority else "",
        _("Agent: %(agent)s") % {"agent": Macro.Holder(macro.holder).label} if macro.holder else "",
        *(f"#{tag}" for tag in macro.tags),
    ]
    return " · ".join(part for part in parts if part)


class MacroForm(forms.ModelForm):  # type: ignore[type-arg]
    reply_ar = LongText(label=gettext_lazy("Arabic reply"), rows=5, max_length=MAX_CANNED, required=False)
    reply_en = LongText(label=gettext_lazy("English reply"), rows=5, max_length=MAX_CANNED, required=False)
    tags = Tags(label=gettext_lazy("Tags to add"))

    class Meta:
        model = Macro
        fields = FIELDS
        widgets = {"name_ar": forms.TextInput(attrs=ARABIC), "name_en": forms.TextInput(attrs=ENGLISH)}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["tags"] = ", ".join(self.instance.tags)
        for name, side in (("reply_ar", ARABIC), ("reply_en", ENGLISH)):
            if name in self.fields:
                self.fields[name].widget.attrs |= side
                self.fields[name].help_text = variables_help()
        for name in ("status", "priority"):
            if name in self.fields:
                kept = [choice for choice in self.fields[name].choices if choice[0] not in ("", None)]  # type: ignore[attr-defined]
                self.fields[name].choices = [("", _("Leave it")), *kept]  # type: ignore[attr-defined]


class MacroAdmin(DeletingAdmin):
    """Read by those who answer, changed by those who manage canned responses."""

    view_right = policies.REPLY
    add_right = change_right = policies.CANNED
    add_words = gettext_lazy("New macro")
    form = MacroForm
    list_display = ("name", "says", "does", "state")
    list_display_links = ("name",)
    search_fields = ("name_ar", "name_en", "reply_ar", "reply_en")

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> Macro:
        pk = form.instance.pk if change else None
        return operations.save_macro(pk, changes=form.cleaned_data, by=request.user)  # type: ignore[arg-type]

    def remove(self, request: HttpRequest, pk: int) -> None:
        operations.delete_macro(pk, by=request.user)  # type: ignore[arg-type]

    @admin.display(description=gettext_lazy("macro"))
    def name(self, macro: Macro) -> str:
        return str(macro)

    @admin.display(description=gettext_lazy("reply"))
    def says(self, macro: Macro) -> str:
        text = Truncator(_said(macro)).chars(80)
        return format_html('<span class="quiet" dir="auto">{}</span>', text) if text else ""

    @admin.display(description=gettext_lazy("changes"))
    def does(self, macro: Macro) -> str:
        return changes_of(macro)

    @admin.display(description=gettext_lazy("state"))
    def state(self, macro: Macro) -> SafeString:
        return state_badge(macro.is_active)
