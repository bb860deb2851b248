"""Rules in the back office, written by their operations alone, with the bench beside them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from bot import operations
from bot.admin.forms import REPLIES, BenchForm, RuleForm
from bot.bench import try_out
from bot.extension_points import facts_for, usage_of
from bot.models import Rule
from bot.policies import MANAGE
from bot.validation import MAX_QUICK_REPLIES
from core.admin import DeletingAdmin, holds, state_badge

BLANK_REPLIES = 2


class UsageList(ChangeList):
    """The list with what each rule has answered, counted by one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        usage = usage_of([row.pk for row in rows])
        for row in rows:
            row.usage = usage[row.pk]
        self.result_list = rows


class RuleAdmin(DeletingAdmin):
    view_right = add_right = change_right = MANAGE
    add_words = gettext_lazy("New rule")
    form = RuleForm
    list_display = ("name", "other_name", "priority", "patterns", "usage", "state")
    list_display_links = ("name",)
    list_filter = ("is_active",)
    search_fields = ("name_ar", "name_en", "response_ar", "response_en")
    sortable_by = ()
    change_list_template = "bot/rules.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = len(obj.replies) + BLANK_REPLIES if obj else BLANK_REPLIES
        if request.method == "POST":
            shown = MAX_QUICK_REPLIES
        return [
            (None, {"fields": (("name_ar", "name_en"), ("priority", "is_active"), "seen_version")}),
            (_("When it answers"), {"fields": ("trigger_patterns",)}),
            (_("What it answers"), {"fields": (("response_ar", "response_en"),)}),
            (_("Quick replies"), {"fields": REPLIES.lines(shown), "classes": ("rows",), "description": _described()}),
        ]

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> Rule:
        pk, seen = (form.instance.pk, form.cleaned_data["seen_version"]) if change else (None, None)
        return operations.save_rule(pk, changes=form.changes(), version=seen, by=request.user)  # type: ignore[arg-type]

    def remove(self, request: HttpRequest, pk: int) -> None:
        operations.delete_rule(pk, by=request.user)  # type: ignore[arg-type]

    def get_urls(self) -> list[URLPattern]:
        bench = path("bench/", self.admin_site.admin_view(self.bench), name="bot_rule_bench")
        return [bench, *super().get_urls()]

    def bench(self, request: HttpRequest) -> HttpResponse:
        """Return what the bot would answer to a text, why, and which stored patterns cannot be used."""
        if not holds(request, MANAGE):
            raise PermissionDenied
        language = (get_language() or "ar")[:2]
        form = BenchForm(request.POST or None, initial={"language": language}, label_suffix="")
        trial = None
        if form.is_valid():
            facts = facts_for(str(request.user))
            trial = try_out(form.cleaned_data["text"], language=form.cleaned_data["language"], facts=facts)
        context = {**self.admin_site.each_context(request), "title": _("Try the bot"), "opts": self.opts}
        return TemplateResponse(request, "bot/bench.html", {**context, "form": form, "trial": trial})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return UsageList

    @admin.display(description=gettext_lazy("bot rule"))
    def name(self, rule: Rule) -> str:
        return str(rule)

    @admin.display(description=gettext_lazy("name in the other language"))
    def other_name(self, rule: Rule) -> str:
        return rule.name_ar if get_language() == "en" else rule.name_en

    @admin.display(description=gettext_lazy("keywords and patterns"))
    def patterns(self, rule: Rule) -> SafeString:
        text = Truncator(" · ".join(rule.trigger_patterns)).chars(90)
        return format_html('<span class="quiet" dir="auto">{}</span>', text)

    @admin.display(description=gettext_lazy("answers given"))
    def usage(self, rule: Any) -> int:
        return int(rule.usage)

    @admin.display(description=gettext_lazy("state"))
    def state(self, rule: Rule) -> SafeString:
        return state_badge(rule.is_active)


def _described() -> str:
    return _(
        "Buttons under the answer. A text is answered as if the customer had written it; an address begins with "
        "https://. Empty rows are left out."
    )
