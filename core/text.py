"""Small words about words: wire names and bilingual choice."""

import re
from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _


def camel(name: str) -> str:
    """`first_response_at` as the wire spells it: `firstResponseAt`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")


def trim_lines(text: str) -> str:
    """Return text of several lines without blank lines at its ends; blanks before its first word are its own."""
    return _BLANK_LINES.sub("", text).rstrip()


def in_language(arabic: str, english: str, language: str | None = None) -> str:
    """Whichever fits the reader's language; the other when that one is empty."""
    wants_english = (language or get_language() or "").startswith("en")
    return (english or arabic) if wants_english else (arabic or english)


def choices_in_words(names: Iterable[str]) -> str:
    """Return the words of a refusal that names what may be given."""
    return _("One of: %(names)s.") % {"names": ", ".join(names)}
