"""The words of notifications, from `templates/email/<slug>/`, in the reader's language.

`subject.txt` is the title everywhere, `short.txt` one sentence for lists, push and the lead of an e-mail; `body.txt`
and `body.html` extend `email/base.txt` and `email/base.html`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString

from core.text import in_language
from notifications.kinds import kinds

MOST_ENTRIES = 20
_COLOR = "#334155"
_NUMBER = re.compile(r"\b[A-Z]{2,5}(?:-\d+)+\b")


class Words(NamedTuple):
    """A title and one sentence."""

    title: str
    short: str


class Mail(NamedTuple):
    """An e-mail's texts."""

    subject: str
    short: str
    text: str
    html: str


def words(slug: str, context: Mapping[str, Any], language: str) -> Words:
    """Return title and sentence of one notification."""
    with translation.override(language):
        full = _full(slug, [context], language)
        return Words(_line(f"email/{slug}/subject.txt", full), _line(f"email/{slug}/short.txt", full))


def mail(slug: str, entries: Sequence[Mapping[str, Any]], language: str, unsubscribe_url: str = "") -> Mail:
    """Return the texts of one e-mail that tells of these entries, oldest first; of many the latest MOST_ENTRIES."""
    with translation.override(language):
        full = _full(slug, entries, language) | {"unsubscribe_url": unsubscribe_url}
        full["title"] = _line(f"email/{slug}/subject.txt", full)
        full["lead"] = _line(f"email/{slug}/short.txt", full)
        full |= {f"{name}_html": _with_whole_numbers(full[name]) for name in ("title", "lead")}
        return Mail(
            full["title"],
            full["lead"],
            _plain(render_to_string(f"email/{slug}/body.txt", full)),
            render_to_string(f"email/{slug}/body.html", full),
        )


def _full(slug: str, entries: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
    """Return the context of a template: the site's, the latest entry's, and all entries."""
    shown = list(entries[-MOST_ENTRIES:])
    return {
        "site_name": in_language(settings.SITE_NAME_AR, settings.SITE_NAME_EN, language),
        "site_url": settings.SITE_URL,
        "language": language,
        "direction": "rtl" if language == "ar" else "ltr",
        "start": "right" if language == "ar" else "left",
        "color": kinds()[slug].color if slug in kinds() else _COLOR,
        "entries": shown,
        "left_out": len(entries) - len(shown),
        "count": len(entries),
        **shown[-1],
    }


def _line(template: str, context: Mapping[str, Any]) -> str:
    return " ".join(render_to_string(template, context).split())


def _with_whole_numbers(line: str) -> SafeString:
    """Return a line as HTML that neither breaks a number of a ticket or an order at its hyphens nor turns it around."""
    return SafeString(_NUMBER.sub(r'<bdi style="white-space:nowrap">\g<0></bdi>', escape(line)))


def _plain(text: str) -> str:
    """Return a text without the empty lines that template tags leave behind."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for number, line in enumerate(lines) if line or lines[number - 1]]
    return "\n".join(kept) + "\n"
