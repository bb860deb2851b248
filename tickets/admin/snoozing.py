"""When a ticket may be put aside until by one click, and the field that takes any other time."""

from __future__ import annotations

import datetime
from datetime import timedelta
from typing import Any, NamedTuple

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock
from core.days import site_zone
from core.inputs import ascii_digits

MORNING = datetime.time(9)


class Preset(NamedTuple):
    """A time on offer: as the form takes it, in words, and what the words leave open: the hour or the day."""

    value: str
    words: str
    when: str


def presets() -> list[Preset]:
    """Return the times on offer, in the site's time zone."""
    now = clock.now().astimezone(site_zone())

    def later(hours: int, words: str) -> Preset:
        at = now + timedelta(hours=hours)
        return Preset(_written(at), words, date_format(at, "TIME_FORMAT"))

    def morning(days: int, words: str) -> Preset:
        at = datetime.datetime.combine(now.date() + timedelta(days=days), MORNING, site_zone())
        return Preset(_written(at), words, date_format(at, "MONTH_DAY_FORMAT"))

    return [
        later(1, _("In an hour")),
        later(4, _("In four hours")),
        morning(1, _("Tomorrow at 9")),
        morning(3, _("In three days at 9")),
        morning(7, _("In a week at 9")),
    ]


def _written(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


class MomentField(forms.CharField):
    """A moment written as `2026-03-01 09:00` in the site's time zone, in any digits; nothing is None."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"dir": "ltr", "placeholder": "2026-03-01 09:00", "autocomplete": "off"})
        super().__init__(**{"widget": widget, "max_length": 30, "required": False, **options})

    def clean(self, value: Any) -> datetime.datetime | None:
        text = ascii_digits(super().clean(value))
        if not text:
            return None
        try:
            return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=site_zone())
        except ValueError:
            raise forms.ValidationError(_("Give a time that exists, written as 2026-03-01 09:00.")) from None
