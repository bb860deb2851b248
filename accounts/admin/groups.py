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
from core.admin import OperationAdmin, holds


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]
    """A group's name and its rights."""

    rights = forms.MultipleChoiceField(
        required=False,
        choices=[(right.codename, right.label) for right in CATALOGUE],
        widget=forms.CheckboxSelectMultiple,
    )

    held: frozenset[str] = frozenset()
    """The rights of whoever fills the form in, who gives no others."""

    class Meta:
        model = Group
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            held = self.instance.permissions.filter(content_type__app_label=APP_LABEL)
            self.initial["rights"] = list(held.values_list("codename", flat=True))

    def areas(self) -> list[tuple[str, list[tuple[RightInWords, bool, bool]]]]:
        """Return each area with its rights, and whether the box of each is ticked and may be changed."""
        ticked = set(self["rights"].value() or ())
        return [
            (title, [(right, right.codename in ticked, right.codename in self.held) for right in rights])
            for title, rights in areas()
        ]


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

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request, self.view_right)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it for groups that give no right which one does not hold."""
        return holds(request, self.change_right) and (obj is None or self._rights(obj) <= request.user.rights)  # type: ignore[union-attr]

    def _rights(self, group: Group) -> set[str]:
        return set(group.permissions.filter(content_type__app_label=APP_LABEL).values_list("codename", flat=True))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.held = request.user.rights if self.has_change_permission(request, obj) else frozenset()  # type: ignore[union-attr]
        return form

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
