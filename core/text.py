"""Small words about words: wire names, bilingual choice, times on the wire."""

import datetime

from django.utils.translation import get_language


def camel(name: str) -> str:
    """`first_response_at` as the wire spells it: `firstResponseAt`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def in_language(arabic: str, english: str, language: str | None = None) -> str:
    """Whichever fits the reader's language; the other when that one is empty."""
    wants_english = (language or get_language() or "").startswith("en")
    return (english or arabic) if wants_english else (arabic or english)


def wire_time(value: datetime.datetime | None) -> str | None:
    """A moment in UTC as the wire writes it: `2026-03-01T09:30:00.123456Z`."""
    return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z") if value else None
