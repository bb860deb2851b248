"""The working hours in the back office: one page, written by its operation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.admin import OperationAdmin
from core.inputs import DayInput
from core.row_formset import Rows
from tickets import operations, policies
from tickets.operations.hours import MAX_HOLIDAYS, MAX_NAME, time_zones
from tickets.sla.hours import WEEK, calendar_of, in_words
from tickets.sla.models import BusinessCalendar

BLANK_HOLIDAYS = 3


def _day(label: Any) -> forms.Field:
    return forms.DateField(label=label, widget=DayInput())


def _name(label: Any, **attrs: str) -> forms.Field:
    return forms.CharField(label=label, max_length=MAX_NAME, widget=forms.TextInput(attrs=attrs))


HOLIDAYS = Rows(
    "holiday",
    {
        "from": lambda: _day(gettext_lazy("First day")),
        "to": lambda: _day(gettext_lazy("Last day")),
        "nameAr": lambda: _name(gettext_lazy("Arabic name"), dir="rtl", lang="ar"),
        "nameEn": lambda: _name(gettext_lazy("English name"), dir="ltr", lang="en"),
    },
    MAX_HOLIDAYS,
)


def _hours(weekday: int) -> forms.Field:
    return forms.CharField(
        label=WEEKDAYS[weekday - 1],
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )


class _CalendarForm(forms.ModelForm):  # type: ignore[type-arg]
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    class Meta:
        model = BusinessCalendar
        fields = ("time_zone",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "time_zone" in self.fields:
            zones = sorted(time_zones() | {self.instance.time_zone})
            self.fields["time_zone"].choices = [(zone, zone) for zone in zones]  # type: ignore[attr-defined]
            self.fields["time_zone"].widget.attrs["dir"] = "ltr"
        self.initial["seen_version"] = self.instance.version
        for weekday in WEEK:
            self.initial[f"day{weekday}"] = ", ".join(self.instance.weekly.get(str(weekday), []))
        self.initial.update(HOLIDAYS.initial(self.instance.holidays))

    def changes(self) -> dict[str, Any]:
        """What the form says, as the operation takes it."""
        texts = {str(weekday): self.cleaned_data[f"day{weekday}"].replace("،", ",") for weekday in WEEK}
        weekly = {day: [part for part in text.split(",") if part.strip()] for day, text in texts.items()}
        zone = {"time_zone": self.cleaned_data["time_zone"]}
        return {**zone, "weekly": weekly, "holidays": HOLIDAYS.read(self.cleaned_data)}


_FIELDS = {**{f"day{weekday}": _hours(weekday) for weekday in WEEK}, **HOLIDAYS.declared()}
CalendarForm: Any = type("CalendarForm", (_CalendarForm,), _FIELDS)


class CalendarAdmin(OperationAdmin):
    view_right = change_right = policies.SLA
    form = CalendarForm
    change_form_template = "tickets/hours.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = MAX_HOLIDAYS if request.method == "POST" else len(obj.holidays if obj else []) + BLANK_HOLIDAYS
        hours = _(
            "Write hours as 09:00-17:00, several with a comma between. 22:00-06:00 ends on the next day. "
            "An empty day is closed."
        )
        rows = _("A holiday is closed from its first to its last day. Empty rows are left out.")
        return [
            (None, {"fields": ("time_zone", "seen_version")}),
            (_("Hours of the week"), {"fields": [f"day{weekday}" for weekday in WEEK], "description": hours}),
            (_("Holidays"), {"fields": HOLIDAYS.lines(shown), "classes": ("rows",), "description": rows}),
        ]

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> BusinessCalendar:
        version = form.cleaned_data["seen_version"]
        return operations.save_calendar(form.instance.pk, changes=form.changes(), version=version, by=request.user)  # type: ignore[arg-type]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """There is one: its page is the list."""
        rows = list(BusinessCalendar.objects.values_list("pk", flat=True)[:2])
        if len(rows) == 1 and self.has_view_permission(request):
            return HttpResponseRedirect(reverse("admin:tickets_businesscalendar_change", args=rows))
        return super().changelist_view(request, extra_context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Above the form: what customers are told, and whether somebody is at work now."""
        row = context.get("original")
        if row is not None:
            context["subtitle"] = ""
            context["title"] = str(row)
            context["now"] = _state(row)
        return super().render_change_form(request, context, *args, **kwargs)


def _state(row: BusinessCalendar) -> Any:
    calendar, now = calendar_of(row), timezone.now()
    language = (get_language() or "ar")[:2]
    told = in_words(calendar, language)
    if calendar.is_open(now):
        return format_html("{} · {}", told, _("Open now"))
    opens = calendar.next_open(now)
    if opens is None:
        return format_html("{} · {}", told, _("Closed"))
    local = opens.astimezone(calendar.zone)
    shown = date_format(local.replace(tzinfo=None), "DATETIME_FORMAT")
    return format_html("{} · {}", told, _("Closed now, opens %(at)s") % {"at": shown})
