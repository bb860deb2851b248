"""Service level policies in the back office: conditions, targets by priority, versions, and which tickets they take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Team
from core.admin import OperationAdmin, badge, state_badge
from core.inputs import DayInput
from tickets import operations, policies
from tickets.admin.catalogue import ARABIC, ENGLISH
from tickets.admin.sla_simulation import TryingMixin, stop_if_tried
from tickets.models import Ticket
from tickets.operations.sla_policies import PolicyValues, Version, values_of
from tickets.pages import choices
from tickets.sla.clock import Metric
from tickets.sla.models import BusinessCalendar, SlaPolicy, SlaPolicyVersion
from tickets.sla.words import METRICS, conditions_in_words, hours_and_minutes, refresh_in_words
from tickets.states import DONE, PRIORITIES
from tickets.tags import split_tags

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_TARGET = re.compile(r"(?:(\d{1,4}):)?(\d{1,6})")


class TargetField(forms.CharField):
    """Hours and minutes as `4:30`, or minutes alone; empty for no promise. Cleans to minutes or None."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "off", "size": 7})
        super().__init__(required=False, max_length=10, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value).translate(_DIGITS).replace("٫", ":").strip()
        if not text:
            return None
        found = _TARGET.fullmatch(text)
        if found is None or (found[1] and int(found[2]) > 59):
            raise forms.ValidationError(_("Write hours and minutes as 4:30."))
        return int(found[1] or 0) * 60 + int(found[2])


def _target_name(metric: Metric, priority: str) -> str:
    return f"{metric}_{priority}"


class _PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    counts_from = forms.DateField(
        label=gettext_lazy("Counts from"),
        required=False,
        widget=DayInput(),
        help_text=gettext_lazy(
            "For tickets opened from this day on. Another day than before adds a version and keeps the earlier one."
        ),
    )
    category_ids = forms.TypedMultipleChoiceField(label=gettext_lazy("Categories"), required=False, coerce=int)
    team_ids = forms.TypedMultipleChoiceField(label=gettext_lazy("Teams"), required=False, coerce=int)
    tags = forms.CharField(
        label=gettext_lazy("Tags"), required=False, max_length=500, help_text=gettext_lazy("Separated by commas.")
    )
    has_order = forms.TypedChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[
            ("", gettext_lazy("With or without an order")),
            ("yes", gettext_lazy("With an order")),
            ("no", gettext_lazy("Without an order")),
        ],
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
    calendar_id = forms.TypedChoiceField(
        label=gettext_lazy("Working hours"), required=False, coerce=int, empty_value=None
    )
    warning_percent = forms.IntegerField(
        label=gettext_lazy("Warning at percent"), min_value=1, max_value=99, initial=80
    )

    class Meta:
        model = SlaPolicy
        fields = ("name_ar", "name_en", "position", "is_active", "is_default")
        widgets = {"name_ar": forms.TextInput(attrs=ARABIC), "name_en": forms.TextInput(attrs=ENGLISH)}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "category_ids" not in self.fields:
            return
        self.fields["category_ids"].choices = [(row.pk, str(row)) for row, _depth in choices.tree()]  # type: ignore[attr-defined]
        self.fields["team_ids"].choices = [(row.pk, str(row)) for row in Team.objects.order_by("pk")]  # type: ignore[attr-defined]
        calendars = [(row.pk, str(row)) for row in BusinessCalendar.objects.order_by("pk")]
        self.fields["calendar_id"].choices = [("", _("Around the clock")), *calendars]  # type: ignore[attr-defined]
        latest = versions_of(self.instance)[-1:]
        self.initial["seen_version"] = self.instance.version if self.instance.pk else None
        for row in latest:
            self.initial.update(_initial(row))

    def values(self, stored: Sequence[Version]) -> PolicyValues:
        """Return the policy as the form says it; the version of the same day takes the place of the stored one."""
        given = self.cleaned_data
        targets: dict[str, dict[str, int]] = {}
        for metric in Metric:
            for priority in PRIORITIES:
                minutes = given[_target_name(metric, priority)]
                if minutes is not None:
                    targets.setdefault(str(metric), {})[priority] = minutes
        version = Version(
            counts_from=given["counts_from"],
            category_ids=given["category_ids"],
            team_ids=given["team_ids"],
            tags=split_tags([given["tags"]]),
            has_order=given["has_order"],
            calendar_id=given["calendar_id"],
            targets=targets,
            warning_percent=given["warning_percent"],
        )
        kept = [each for each in stored if each.counts_from != version.counts_from]
        names = ("name_ar", "name_en", "position", "is_active", "is_default")
        return PolicyValues(versions=[*kept, version], **{name: given[name] for name in names})


_TARGETS = {
    _target_name(metric, priority): TargetField(label=rank.label)
    for metric in Metric
    for priority, rank in PRIORITIES.items()
}
PolicyForm: Any = type("PolicyForm", (_PolicyForm,), _TARGETS)


def versions_of(policy: SlaPolicy) -> list[SlaPolicyVersion]:
    """Return the versions of a policy, the one that counts from the beginning first."""
    if policy.pk is None:
        return []
    return sorted(policy.versions.all(), key=lambda row: (row.counts_from is not None, row.counts_from))


def _initial(row: SlaPolicyVersion) -> dict[str, Any]:
    shown = {
        _target_name(Metric(metric), priority): hours_and_minutes(minutes)
        for metric, by_priority in row.targets.items()
        for priority, minutes in by_priority.items()
    }
    return {
        **shown,
        "counts_from": row.counts_from,
        "category_ids": row.category_ids,
        "team_ids": row.team_ids,
        "tags": ", ".join(row.tags),
        "has_order": {True: "yes", False: "no"}.get(row.has_order, "") if row.has_order is not None else "",
        "calendar_id": row.calendar_id or "",
        "warning_percent": row.warning_percent,
    }


class SlaPolicyAdmin(TryingMixin, OperationAdmin):
    view_right = add_right = change_right = policies.SLA
    add_words = gettext_lazy("New service level policy")
    form = PolicyForm
    change_form_template = "tickets/sla_policy.html"
    change_list_template = "tickets/sla_policies.html"
    list_display = ("name", "takes", "open_tickets", "state")
    ordering = ("is_default", "position", "id")
    search_fields = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("versions")

    @admin.display(description=gettext_lazy("Name"))
    def name(self, policy: SlaPolicy) -> str:
        return str(policy)

    @admin.display(description=gettext_lazy("Takes"))
    def takes(self, policy: SlaPolicy) -> str:
        return _taken(policy, versions_of(policy))

    @admin.display(description=gettext_lazy("Open tickets"))
    def open_tickets(self, policy: SlaPolicy) -> int:
        return open_tickets_of(policy)

    @admin.display(description=gettext_lazy("State"))
    def state(self, policy: SlaPolicy) -> Any:
        return state_badge(policy.is_active)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        targets = _("Hours and minutes as 4:30. An empty one is not promised.")
        ranks = sorted(PRIORITIES, key=lambda name: -PRIORITIES[name])
        rows = [
            (str(METRICS[metric]), {"fields": (tuple(_target_name(metric, rank) for rank in ranks),)})
            for metric in Metric
        ]
        rows[0][1]["description"] = targets  # type: ignore[assignment]
        conditions = _("All that are filled in must hold; an empty one takes every ticket.")
        return [
            (None, {"fields": ("name_ar", "name_en", "position", "is_active", "is_default", "seen_version")}),
            (
                _("Which tickets"),
                {"fields": ("category_ids", "team_ids", "tags", "has_order"), "description": conditions},
            ),
            *rows,
            (_("How the time counts"), {"fields": ("calendar_id", "warning_percent", "counts_from")}),
        ]

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> SlaPolicy:
        stored = values_of(form.instance).versions if change else []
        version = form.cleaned_data["seen_version"] if change else None
        pk = form.instance.pk if change else None
        row = operations.save_policy(pk, form.values(stored), by=request.user, version=version)  # type: ignore[arg-type]
        stop_if_tried(request)
        return row

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "refresh": refresh_in_words()})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Above the form: which tickets it takes and how many, and whether they follow the latest rules already."""
        policy = context.get("original")
        if policy is not None:
            versions = versions_of(policy)
            context["subtitle"] = ""
            context["taken"] = _taken(policy, versions)
            count = open_tickets_of(policy)
            context["count"] = ngettext("%(count)s open ticket", "%(count)s open tickets", count) % {"count": count}
            context["refresh"] = refresh_in_words()
            context["versions"] = [_row(row, row is versions[-1]) for row in versions] if len(versions) > 1 else []
        return super().render_change_form(request, context, *args, **kwargs)


def open_tickets_of(policy: SlaPolicy) -> int:
    """Return how many open tickets have this policy now."""
    return Ticket.objects.filter(sla_policy=policy).exclude(status__in=[*DONE]).count()


def _taken(policy: SlaPolicy, versions: Sequence[SlaPolicyVersion]) -> str:
    """Return in words which tickets a policy takes that are opened today; those of its first version before its day."""
    today = timezone.localdate()
    counting = [row for row in versions if row.counts_from is None or row.counts_from <= today] or versions[:1]
    return conditions_in_words(counting[-1], takes_all=policy.is_default) if counting else ""


def _row(row: SlaPolicyVersion, is_latest: bool) -> Any:
    """Return the day of a version, and that it is the latest or has yet to count."""
    day = date_format(row.counts_from) if row.counts_from else _("from the beginning")
    future = row.counts_from is not None and row.counts_from > timezone.localdate()
    mark = badge(_("Not yet"), "info") if future else badge(_("Latest"), "good") if is_latest else ""
    return format_html("{} {}", day, mark)
