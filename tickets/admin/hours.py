"""Business calendars in the back office: weekly hours and their versions, other hours, holidays, the coming weeks."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.admin import OperationAdmin, badge
from core.inputs import DayInput
from core.row_formset import Rows
from tickets import operations, policies
from tickets.admin.calendar_picture import coming_weeks
from tickets.admin.catalogue import ARABIC, ENGLISH
from tickets.admin.sla_simulation import TryingMixin, stop_if_tried
from tickets.operations.calendar_values import MAX_HOLIDAYS, MAX_NAME, MAX_OVERRIDES, time_zones
from tickets.sla.hours import WEEK, calendar_of, in_words
from tickets.sla.models import BusinessCalendar
from tickets.sla.public_holidays import offered
from tickets.sla.words import refresh_in_words

BLANK_HOLIDAYS = 3
BLANK_OVERRIDES = 1
YEARS_OFFERED = 2


def _day(label: Any, **options: Any) -> forms.Field:
    return forms.DateField(label=label, widget=DayInput(), **options)


def _name(label: Any, **attrs: str) -> forms.Field:
    return forms.CharField(label=label, max_length=MAX_NAME, widget=forms.TextInput(attrs=attrs))


def _hours(weekday: int) -> forms.Field:
    widget = forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"})
    return forms.CharField(label=WEEKDAYS[weekday - 1], required=False, max_length=100, widget=widget)


PERIOD = {
    "from": lambda: _day(gettext_lazy("First day")),
    "to": lambda: _day(gettext_lazy("Last day")),
    "nameAr": lambda: _name(gettext_lazy("Arabic name"), dir="rtl", lang="ar"),
    "nameEn": lambda: _name(gettext_lazy("English name"), dir="ltr", lang="en"),
}
HOLIDAYS = Rows("holiday", PERIOD, MAX_HOLIDAYS)
OVERRIDES = Rows(
    "override",
    {
        **PERIOD,
        **{f"day{weekday}": lambda weekday=weekday: _hours(weekday) for weekday in WEEK},  # type: ignore[misc]
        "drop": lambda: forms.BooleanField(label=gettext_lazy("Delete")),
    },
    MAX_OVERRIDES,
)


def _shown(weekly: dict[str, list[str]]) -> dict[str, str]:
    """Return weekly hours as the fields of a week show them."""
    return {f"day{weekday}": ", ".join(weekly.get(str(weekday), [])) for weekday in WEEK}


def _read(given: dict[str, Any]) -> dict[str, list[str]]:
    """Return what the fields of a week say, as the operation takes it."""
    texts = {str(weekday): (given[f"day{weekday}"] or "").replace("،", ",") for weekday in WEEK}
    return {day: [part for part in text.split(",") if part.strip()] for day, text in texts.items()}


class _CalendarForm(forms.ModelForm):  # type: ignore[type-arg]
    offered_year: int | None = None
    seen_version = forms.IntegerField(label="", widget=forms.HiddenInput, required=False)
    own = forms.BooleanField(
        label=gettext_lazy("The site's own"),
        required=False,
        help_text=gettext_lazy("The hours that the chat keeps and that customers are told."),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    counts_from = _day(
        gettext_lazy("Counts from"),
        required=False,
        help_text=gettext_lazy(
            "Empty: from the beginning. Another day than before adds a version of the week and keeps the earlier one."
        ),
    )
    dropped = forms.MultipleChoiceField(
        label=gettext_lazy("Delete versions"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = BusinessCalendar
        fields = ("name_ar", "name_en", "time_zone")
        widgets = {"name_ar": forms.TextInput(attrs=ARABIC), "name_en": forms.TextInput(attrs=ENGLISH)}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        row = self.instance
        if "time_zone" not in self.fields:
            return
        self.initial.setdefault("time_zone", row.time_zone or settings.TIME_ZONE)
        self.initial["time_zone"] = self.initial["time_zone"] or settings.TIME_ZONE
        zones = [(zone, zone) for zone in sorted(time_zones() | {row.time_zone or settings.TIME_ZONE})]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]
        self.fields["time_zone"].widget.attrs["dir"] = "ltr"
        self.fields["own"].disabled = row.is_default
        self.fields["dropped"].choices = [(each["from"], _version_in_words(each)) for each in row.changes]  # type: ignore[attr-defined]
        latest = row.changes[-1] if row.changes else {"from": None, "weekly": row.weekly}
        self.initial.update({"seen_version": row.version if row.pk else None, "own": row.is_default})
        self.initial.update({"counts_from": latest["from"], **_shown(latest["weekly"])})
        self.initial.update(OVERRIDES.initial([{**each, **_shown(each["weekly"])} for each in row.overrides]))
        new = offered(row.holidays, self.offered_year) if self.offered_year else []
        self.initial.update(HOLIDAYS.initial([*row.holidays, *new]))

    def changes(self) -> dict[str, Any]:
        """Return what the form says, as the operation takes it."""
        given = self.cleaned_data
        plain = {name: given[name] for name in ("name_ar", "name_en", "time_zone")}
        plain["is_default"] = given["own"]
        overrides = [{**each, "weekly": _read(each)} for each in OVERRIDES.read(given) if not each["drop"]]
        return {**plain, **self._weeks(), "overrides": overrides, "holidays": HOLIDAYS.read(given)}

    def _weeks(self) -> dict[str, Any]:
        """Return the week of the form as a version of its day, beside the stored ones that are not dropped."""
        given, stored = self.cleaned_data, self.instance
        week, day = _read(given), given["counts_from"]
        first = day.isoformat() if day else None
        kept = [each for each in stored.changes if each["from"] not in (*given["dropped"], first)]
        if first is None:
            return {"weekly": week, "changes": kept}
        return {"changes": kept if first in given["dropped"] else [*kept, {"from": first, "weekly": week}]}


_FIELDS = {**{f"day{day}": _hours(day) for day in WEEK}, **OVERRIDES.declared(), **HOLIDAYS.declared()}
CalendarForm: Any = type("CalendarForm", (_CalendarForm,), _FIELDS)


class CalendarAdmin(TryingMixin, OperationAdmin):
    view_right = add_right = change_right = policies.SLA
    add_words = gettext_lazy("New working hours")
    form = CalendarForm
    change_form_template = "tickets/hours.html"
    list_display = ("name", "hours", "place")
    ordering = ("-is_default", "id")

    @admin.display(description=gettext_lazy("Name"))
    def name(self, row: BusinessCalendar) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("Hours of the week"))
    def hours(self, row: BusinessCalendar) -> str:
        return in_words(calendar_of(row), _language())

    @admin.display(description=gettext_lazy("Use"))
    def place(self, row: BusinessCalendar) -> SafeString | str:
        return badge(_("The site's own"), "info") if row.is_default else _("Policies")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"offered_year": _offered_year(request)})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        year = _offered_year(request)
        kept = obj.holidays if obj else []
        holidays = len(kept) + (len(offered(kept, year)) if year else 0) + BLANK_HOLIDAYS
        overrides = len(obj.overrides if obj else []) + BLANK_OVERRIDES
        if request.method == "POST":
            holidays, overrides = MAX_HOLIDAYS, MAX_OVERRIDES
        versions = ["dropped"] if obj and obj.changes else []
        return [
            (None, {"fields": ("name_ar", "name_en", "time_zone", "own", "seen_version")}),
            (
                _("Hours of the week"),
                {"fields": [*(f"day{day}" for day in WEEK), "counts_from", *versions], "description": _week_help()},
            ),
            (
                _("Other hours for some days"),
                {"fields": OVERRIDES.lines(overrides), "classes": ("rows", "weeks"), "description": _override_help()},
            ),
            (
                _("Holidays"),
                {"fields": HOLIDAYS.lines(holidays), "classes": ("rows",), "description": _holiday_help()},
            ),
        ]

    def carry_out(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> BusinessCalendar:
        pk, version = (form.instance.pk, form.cleaned_data["seen_version"]) if change else (None, None)
        row = operations.save_calendar(pk, changes=form.changes(), version=version, by=request.user)  # type: ignore[arg-type]
        stop_if_tried(request)
        return row

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Above the form: what customers are told, whether somebody is at work now, and the coming weeks."""
        row = context.get("original")
        if row is not None:
            context["subtitle"] = ""
            context["title"] = str(row)
            context["now"] = _state(row)
            context["weeks"] = coming_weeks(row, timezone.now())
            context["refresh"] = refresh_in_words()
        this_year = timezone.localdate().year
        context["years"] = range(this_year, this_year + YEARS_OFFERED)
        context["offered_year"] = _offered_year(request)
        return super().render_change_form(request, context, *args, **kwargs)


def _offered_year(request: HttpRequest) -> int | None:
    """Return the year whose public holidays the page was asked to fill in; None for any that is not offered."""
    this_year = timezone.localdate().year
    years = {str(year): year for year in range(this_year, this_year + YEARS_OFFERED)}
    return years.get(request.GET.get("holidays", ""))


def _week_help() -> str:
    return _(
        "Write hours as 09:00-17:00, several with a comma between. 22:00-06:00 ends on the next day. "
        "An empty day is closed."
    )


def _override_help() -> str:
    return _(
        "From the first to the last day these hours take the place of the week, as in Ramadan. A day without hours is "
        "closed."
    )


def _holiday_help() -> str:
    return _("A holiday is closed from its first to its last day. Empty rows are left out.")


def _version_in_words(change: dict[str, Any]) -> str:
    day = datetime.date.fromisoformat(change["from"])
    return _("The week that counts from %(day)s") % {"day": date_format(day)}


def _language() -> str:
    return (get_language() or "ar")[:2]


def _state(row: BusinessCalendar) -> Any:
    calendar, now = calendar_of(row), timezone.now()
    told = in_words(calendar, _language())
    if calendar.is_open(now):
        return format_html("{} · {}", told, _("Open now"))
    opens = calendar.next_open(now)
    if opens is None:
        return format_html("{} · {}", told, _("Closed"))
    local = opens.astimezone(calendar.zone)
    shown = date_format(local.replace(tzinfo=None), "DATETIME_FORMAT")
    return format_html("{} · {}", told, _("Closed now, opens %(at)s") % {"at": shown})
