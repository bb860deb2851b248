"""Groups in the back office: the catalogue in words, area by area, in both languages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import operations
from accounts.admin.names import RightInWords, areas, group_title
from accounts.catalogue import APP_LABEL, CATALOGUE
from core.admin import OperationAdmin


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]
    """A group's name and its rights."""

    rights = forms.MultipleChoiceField(
        required=False,
        choices=[(right.codename, right.label) for right in CATALOGUE],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Group
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            held = self.instance.permissions.filter(content_type__app_label=APP_LABEL)
            self.initial["rights"] = list(held.values_list("codename", flat=True))

    def areas(self) -> list[tuple[str, list[tuple[RightInWords, bool]]]]:
        """Each area with its rights, and whether the box of each is ticked."""
        ticked = set(self["rights"].value() or ())
        return [(title, [(right, right.codename in ticked) for right in rights]) for title, rights in areas()]


class GroupAdmin(OperationAdmin):
    """Only the catalogue's rights are shown and kept; a change holds from each member's next request on."""

    view_right = add_right = change_right = "support.users.manage"
    add_words = _("New group")
    form = GroupForm
    fieldsets = [(None, {"fields": ["name"]})]
    list_display = ("title", "rights_held", "members")
    list_display_links = ("title",)
    ordering = ("name",)
    search_fields = ("name",)
    change_form_template = "admin/group_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        held = Q(permissions__content_type__app_label=APP_LABEL)
        rights = Count("permissions", filter=held, distinct=True)
        return super().get_queryset(request).annotate(rights=rights, people=Count("user", distinct=True))

    @admin.display(description=_("group"), ordering="name")
    def title(self, group: Any) -> str:
        return group_title(group.name)

    @admin.display(description=_("permissions"), ordering="rights")
    def rights_held(self, group: Any) -> str:
        return _("%(held)s of %(all)s") % {"held": group.rights, "all": len(CATALOGUE)}

    @admin.display(description=_("people"), ordering="people")
    def members(self, group: Any) -> int:
        return int(group.people)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if context["original"]:
            context["subtitle"] = group_title(context["original"].name)
        return super().render_change_form(request, context, *args, **kwargs)

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> Group:
        data = form.cleaned_data
        group_id = form.instance.pk if change else None
        return operations.save_group(group_id, name=data["name"], codenames=data["rights"], by=request.user)  # type: ignore[arg-type]
