"""Teams in the back office, with their members and leads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts import operations
from accounts.models import STAFF_ROLES, Team, TeamMembership, User
from core.admin import NamedFormSet, OperationAdmin, OperationInline, state_badge


class MemberFormSet(NamedFormSet):
    """The members' rows; the list of staff is read once for all of them."""

    @cached_property
    def people(self) -> list[tuple[Any, str]]:
        staff = User.objects.filter(role__in=STAFF_ROLES).order_by("name").only("name", "email")
        return [("", "—"), *((user.pk, f"{user.name} · {user.email}") for user in staff)]

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["user"].choices = self.people

    def leads(self) -> dict[int, bool]:
        """User id → whether he leads, for the rows that are to stay."""
        rows = [row for row in self.cleaned_data if row.get("user") and not row.get("DELETE")]
        return {row["user"].pk: row["is_lead"] for row in rows}


class MemberInline(OperationInline):
    model = TeamMembership
    formset = MemberFormSet
    fields = ("user", "is_lead")
    verbose_name = pgettext_lazy("one more", "member")
    verbose_name_plural = _("members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamMembership]:
        return super().get_queryset(request).select_related("team", "user")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = User.objects.filter(role__in=STAFF_ROLES)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A plain choice: people are made and changed on their own page, not in a window from here."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_add_related"):
            field.widget = field.widget.widget
        return field


class TeamAdmin(OperationAdmin):
    view_right = add_right = change_right = "support.users.manage"
    add_words = _("New team")
    list_display = ("name", "other_name", "people", "leading", "state")
    list_filter = ("is_active",)
    search_fields = ("name_ar", "name_en")
    fields = ("name_ar", "name_en", "is_active")
    inlines = (MemberInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        leads = Count("memberships", filter=Q(memberships__is_lead=True))
        found = super().get_queryset(request).annotate(size=Count("memberships"), lead_count=leads)
        return found.prefetch_related("memberships__user")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        sides = {
            "name_ar": forms.TextInput(attrs={"dir": "rtl", "lang": "ar"}),
            "name_en": forms.TextInput(attrs={"dir": "ltr", "lang": "en"}),
        }
        return super().get_form(request, obj, change=change, **{"widgets": sides, **kwargs})

    @admin.display(description=_("team"), ordering="name_en")
    def name(self, team: Team) -> str:
        return str(team)

    @admin.display(description=_("name in the other language"))
    def other_name(self, team: Team) -> str:
        return team.name_ar if get_language() == "en" else team.name_en

    @admin.display(description=_("members"), ordering="size")
    def people(self, team: Any) -> int:
        return int(team.size)

    @admin.display(description=_("leads"), ordering="lead_count")
    def leading(self, team: Team) -> str:
        names = ((row.user.name,) for row in team.memberships.all() if row.is_lead)
        return format_html_join(" · ", "{}", names)

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, team: Team) -> str:
        return state_badge(team.is_active)

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> Team:
        data = form.cleaned_data
        return operations.save_team(
            form.instance.pk if change else None,
            name_ar=data["name_ar"],
            name_en=data["name_en"],
            active=data["is_active"],
            members=formsets[0].leads(),
            by=request.user,  # type: ignore[arg-type]
        )
