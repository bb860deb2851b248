"""When a ticket may be put aside until by one click, and the field that takes any other time."""

from __future__ import annotations

import datetime
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from core import clock
from core.days import site_zone
from core.inputs import ascii_digits

MORNING = datetime.time(9)
Presets = list[tuple[str, str]]


def presets() -> Presets:
    """Return times on offer as `(value, words)`, in the site's time zone."""
    now = clock.now().astimezone(site_zone())

    def morning(days: int) -> str:
        return _written(datetime.datetime.combine(now.date() + timedelta(days=days), MORNING, site_zone()))

    return [
        (_written(now + timedelta(hours=1)), _("In an hour")),
        (_written(now + timedelta(hours=4)), _("In four hours")),
        (morning(1), _("Tomorrow at 9")),
        (morning(3), _("In three days at 9")),
        (morning(7), _("In a week at 9")),
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
