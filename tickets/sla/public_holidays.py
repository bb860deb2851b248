"""Public holidays of Saudi Arabia, to be taken over into a calendar and edited there."""

from __future__ import annotations

import datetime
import re

import holidays

_REMARK = re.compile(r"\s*\([^)]*\)$")
"""`(observed)`, `(estimated)`: what the library says of a day beside its name."""


def public_holidays(year: int) -> list[dict[str, str]]:
    """Return the public holidays of a year as rows of a calendar, days that follow each other under one name as one.

    Those of the moon are estimates until they are announced.
    """
    arabic = holidays.country_holidays("SA", years=year, language="ar")
    english = holidays.country_holidays("SA", years=year, language="en_US")
    rows: list[dict[str, str]] = []
    for day in sorted(arabic):
        names = {"nameAr": _plain(arabic[day]), "nameEn": _plain(english[day])}
        yesterday = (day - datetime.timedelta(days=1)).isoformat()
        if rows and rows[-1]["to"] == yesterday and rows[-1]["nameEn"] == names["nameEn"]:
            rows[-1]["to"] = day.isoformat()
        else:
            rows.append({"from": day.isoformat(), "to": day.isoformat(), **names})
    return rows


def _plain(name: str) -> str:
    return _REMARK.sub("", name)


def offered(kept: list[dict[str, str]], year: int) -> list[dict[str, str]]:
    """Return the public holidays of a year that share no day with those that are kept."""
    return [
        row
        for row in public_holidays(year)
        if not any(row["from"] <= other["to"] and other["from"] <= row["to"] for other in kept)
    ]
