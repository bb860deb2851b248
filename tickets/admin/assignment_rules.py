"""Assignment rules in the back office: one a team, and one for tickets without a team."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import OperationAdmin, state_badge
from tickets import operations, policies
from tickets.assigning.models import MOST_CAPACITY, AssignmentRule
from tickets.operations.assigning import RuleValues
from tickets.pages import choices


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = AssignmentRule
        fields = ("team", "is_active", "capacity", "with_chats", "gives_back")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "team" in self.fields:
            rows = choices.teams(self.instance.team)
            self.fields["team"].choices = [("", _("Tickets without a team")), *rows[1:]]  # type: ignore[attr-defined]
            self.fields["capacity"].widget.attrs |= {"min": 1, "max": MOST_CAPACITY}


class AssignmentRuleAdmin(OperationAdmin):
    view_right = add_right = change_right = policies.SETTINGS
    add_words = _("New assignment rule")
    form = RuleForm
    list_display = ("whose", "gives_tickets", "capacity", "gives_chats", "takes_back")
    list_select_related = ("team",)
    ordering = ("team__name_en", "pk")
    search_fields = ("team__name_ar", "team__name_en")

    @admin.display(description=_("Team"))
    def whose(self, rule: AssignmentRule) -> str:
        return str(rule)

    @admin.display(description=_("New tickets"))
    def gives_tickets(self, rule: AssignmentRule) -> Any:
        return state_badge(rule.is_active)

    @admin.display(description=_("Waiting chats"))
    def gives_chats(self, rule: AssignmentRule) -> Any:
        return state_badge(rule.with_chats)

    @admin.display(description=_("Takes back"))
    def takes_back(self, rule: AssignmentRule) -> Any:
        return state_badge(rule.gives_back)

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> AssignmentRule:
        given = form.cleaned_data
        values = RuleValues(**{name: given[name] for name in ("is_active", "capacity", "with_chats", "gives_back")})
        team = given["team"].pk if given["team"] else None
        return operations.save_rule(form.instance.pk if change else None, values, team_id=team, by=request.user)  # type: ignore[arg-type]
