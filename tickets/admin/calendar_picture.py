"""The coming weeks of a business calendar as a picture: each day with its hours, its holiday or its other hours."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.text import in_language
from tickets.sla.calendar import DAY, Calendar
from tickets.sla.hours import calendar_of, intervals_in_words
from tickets.sla.models import BusinessCalendar

WEEKS = 4


@dataclass(frozen=True)
class DayShown:
    """One day: its open stretches as (start, length) in minutes of the wall clock, its hours in words, and a note."""

    date: datetime.date
    bars: list[tuple[int, int]]
    words: str
    note: str
    is_holiday: bool
    is_past: bool
    is_today: bool


def coming_weeks(row: BusinessCalendar, now: datetime.datetime) -> list[list[DayShown]]:
    """Return the weeks from the present one on, each from Sunday to Saturday."""
    calendar = calendar_of(row)
    today = now.astimezone(calendar.zone).date()
    sunday = today - datetime.timedelta(days=today.isoweekday() % 7)
    notes = _notes(row)
    days = [_day(calendar, notes, sunday + datetime.timedelta(days=n), today) for n in range(WEEKS * 7)]
    return [days[n : n + 7] for n in range(0, len(days), 7)]


def _day(calendar: Calendar, notes: dict[str, str], day: datetime.date, today: datetime.date) -> DayShown:
    is_holiday = day in calendar.holidays
    starts = any(first == day for first, _week in calendar.changes)
    note = notes.get(f"holiday {day}") if is_holiday else notes.get(f"override {day}")
    return DayShown(
        day,
        _bars(calendar, day),
        intervals_in_words(calendar.intervals_of(day)) or pgettext("day", "closed"),
        note or (_("New weekly hours") if starts else ""),
        is_holiday,
        day < today,
        day == today,
    )


def _bars(calendar: Calendar, day: datetime.date) -> list[tuple[int, int]]:
    """Return the open minutes of a day, those of a night that began on the day before included."""
    night = [(0, each.end - DAY) for each in calendar.intervals_of(day - datetime.timedelta(days=1)) if each.end > DAY]
    own = [(each.start, min(each.end, DAY) - each.start) for each in calendar.intervals_of(day)]
    return [*night, *own]


def _notes(row: BusinessCalendar) -> dict[str, str]:
    kinds: list[tuple[str, list[dict[str, Any]], str]] = [
        ("holiday", row.holidays, _("Holiday")),
        ("override", row.overrides, _("Other hours")),
    ]
    found = {}
    for kind, rows, word in kinds:
        for each in rows:
            first, last = (datetime.date.fromisoformat(each[name]) for name in ("from", "to"))
            name = in_language(each.get("nameAr") or "", each.get("nameEn") or "") or word
            for n in range((last - first).days + 1):
                found[f"{kind} {first + datetime.timedelta(days=n)}"] = name
    return found
