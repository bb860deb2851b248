"""Categories and canned responses in the back office, written by their operations alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.admin import DeletingAdmin, state_badge
from tickets import operations, policies
from tickets.canned import VARIABLES
from tickets.models import CannedResponse, Category
from tickets.pages import choices
from tickets.pages.fields import LongText

ARABIC, ENGLISH = {"dir": "rtl", "lang": "ar"}, {"dir": "ltr", "lang": "en"}
MAX_CANNED = 10_000


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    parent_id = forms.TypedChoiceField(label=gettext_lazy("Belongs to"), required=False, coerce=int, empty_value=None)

    class Meta:
        model = Category
        fields = ("name_ar", "name_en", "is_active")
        widgets = {"name_ar": forms.TextInput(attrs=ARABIC), "name_en": forms.TextInput(attrs=ENGLISH)}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["is_active"].help_text = _("One that is switched off stays with its tickets and takes no new ones.")
        if "parent_id" in self.fields:
            self.initial["parent_id"] = self.instance.parent_id
            self.fields["parent_id"].choices = self._parents()  # type: ignore[attr-defined]

    def _parents(self) -> choices.Choices:
        """Every category but this one and what is below it."""
        found: choices.Choices = [("", choices.NONE)]
        below: int | None = None
        for row, depth in choices.tree():
            if below is not None and depth > below:
                continue
            below = depth if row.pk == self.instance.pk else None
            if below is None:
                found.append((row.pk, f"{choices.INDENT * depth}{row}"))
        return found


class TreeList(ChangeList):
    """The list in the order of the tree; the whole catalogue stands on one page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        places = {row.pk: (index, depth) for index, (row, depth) in enumerate(choices.tree())}
        rows = sorted(self.result_list, key=lambda row: places[row.pk])
        for row in rows:
            row.depth = places[row.pk][1]
        self.result_list = rows


class CategoryAdmin(DeletingAdmin):
    view_right = add_right = change_right = policies.CATEGORIES
    add_words = gettext_lazy("New category")
    form = CategoryForm
    fields = ("name_ar", "name_en", "parent_id", "is_active")
    list_display = ("name", "other_name", "parent_name", "state")
    list_display_links = ("name",)
    list_filter = ("is_active",)
    search_fields = ("name_ar", "name_en")
    list_select_related = ("parent",)
    list_per_page = 1000
    sortable_by = ()
    change_list_template = "tickets/catalogue.html"

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> Category:
        data = form.cleaned_data
        changes = {name: data[name] for name in ("name_ar", "name_en", "parent_id", "is_active")}
        pk = form.instance.pk if change else None
        return operations.save_category(pk, changes=changes, by=request.user)  # type: ignore[arg-type]

    def remove(self, request: HttpRequest, pk: int) -> None:
        operations.delete_category(pk, by=request.user)  # type: ignore[arg-type]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TreeList

    @admin.display(description=gettext_lazy("category"))
    def name(self, category: Any) -> SafeString:
        return format_html('<span class="branch" data-depth="{}">{}</span>', category.depth, category)

    @admin.display(description=gettext_lazy("name in the other language"))
    def other_name(self, category: Category) -> str:
        return category.name_ar if get_language() == "en" else category.name_en

    @admin.display(description=gettext_lazy("belongs to"))
    def parent_name(self, category: Category) -> str:
        return str(category.parent or "")

    @admin.display(description=gettext_lazy("state"))
    def state(self, category: Category) -> SafeString:
        return state_badge(category.is_active)


def variables_help() -> SafeString:
    """Return the words below a text with variables: which there are."""
    known = format_html(
        " ".join(["<code dir='ltr'>{}</code>"] * len(VARIABLES)), *(f"{{{name}}}" for name in VARIABLES)
    )
    return format_html("{} {}", _("Filled in when it is used:"), known)


class CannedForm(forms.ModelForm):  # type: ignore[type-arg]
    body_ar = LongText(label=gettext_lazy("Arabic text"), rows=8, max_length=MAX_CANNED)
    body_en = LongText(label=gettext_lazy("English text"), rows=8, max_length=MAX_CANNED)

    class Meta:
        model = CannedResponse
        fields = ("shortcut", "title_ar", "body_ar", "title_en", "body_en")
        widgets = {
            "shortcut": forms.TextInput(attrs={"dir": "auto"}),
            "title_ar": forms.TextInput(attrs=ARABIC),
            "title_en": forms.TextInput(attrs=ENGLISH),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, side in (("body_ar", ARABIC), ("body_en", ENGLISH)):
            if name in self.fields:
                self.fields[name].widget.attrs |= side
                self.fields[name].help_text = variables_help()


class CannedResponseAdmin(DeletingAdmin):
    """Read by those who answer, changed by those who manage them."""

    view_right = policies.REPLY
    add_right = change_right = policies.CANNED
    add_words = gettext_lazy("New canned response")
    form = CannedForm
    list_display = ("title", "other_title", "shortcut", "beginning")
    list_display_links = ("title",)
    search_fields = ("shortcut", "title_ar", "title_en", "body_ar", "body_en")

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> CannedResponse:
        pk = form.instance.pk if change else None
        return operations.save_canned_response(pk, changes=form.cleaned_data, by=request.user)  # type: ignore[arg-type]

    def remove(self, request: HttpRequest, pk: int) -> None:
        operations.delete_canned_response(pk, by=request.user)  # type: ignore[arg-type]

    @admin.display(description=gettext_lazy("canned response"))
    def title(self, response: CannedResponse) -> str:
        return str(response)

    @admin.display(description=gettext_lazy("title in the other language"))
    def other_title(self, response: CannedResponse) -> str:
        return response.title_ar if get_language() == "en" else response.title_en

    @admin.display(description=gettext_lazy("text"))
    def beginning(self, response: CannedResponse) -> SafeString:
        text = response.body_en if get_language() == "en" else response.body_ar
        return format_html('<span class="quiet">{}</span>', Truncator(text).chars(80))
