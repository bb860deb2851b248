"""Words of a file in its language: Arabic, English, or both side by side, whatever language is active."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import override

from reports.metrics import Figure, Text, Unit

LANGUAGES = ("ar", "en", "both")
BETWEEN = " · "


def word(text: Any, language: str) -> str:
    """Return a text, or a pair of Arabic and English, in the language of a file."""
    if isinstance(text, tuple):
        arabic, english = (part or other for part, other in zip(text, reversed(text), strict=True))
    else:
        arabic, english = _in("ar", text), _in("en", text)
    if language == "both":
        return arabic if arabic == english else f"{arabic}{BETWEEN}{english}"
    return english if language == "en" else arabic


def _in(language: str, text: Text) -> str:
    with override(language):
        return str(text)


def is_rtl(language: str) -> bool:
    """Return whether a file reads from right to left: all but the English ones."""
    return language != "en"


def site_name(language: str) -> str:
    return word((settings.SITE_NAME_AR, settings.SITE_NAME_EN), language)


def figure(value: Figure, unit: Unit) -> str:
    """Return a figure as documents and pages write it; a dash for none."""
    if value is None:
        return "—"
    if unit == Unit.PERCENT:
        return f"{value:,.2f}".rstrip("0").rstrip(".") + "%"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def local(moment: datetime.datetime | None, zone: ZoneInfo) -> datetime.datetime | None:
    """Return a moment as the clock of a time zone shows it, without the zone; spreadsheets know none."""
    return moment and moment.astimezone(zone).replace(tzinfo=None)


def line_name(name: Any, group: str, language: str) -> str:
    """Return what a line is called: a moment by its grouping, a weekday and hour, a pair or a text."""
    if isinstance(name, datetime.datetime):
        return name.strftime({"hour": "%Y-%m-%d %H:%M", "month": "%Y-%m"}.get(group, "%Y-%m-%d"))
    return word(name, language)
