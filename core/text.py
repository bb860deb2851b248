"""Small words about words: wire names, what is seen of a text, bilingual choice."""

import re
import unicodedata
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


# Control, format and direction characters, separators. Unassigned ones are left out: tomorrow's emoji are among them.
_UNSEEN_KINDS = {"Cc", "Cf", "Zl", "Zp", "Zs"}
# Letters, marks and signs that show nothing: fillers, variation selectors, the joiner of graphemes, a blank of Braille.
_UNSEEN = {
    *("\u034f", "\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"),
    *map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))),
}


def shows_nothing(text: str) -> bool:
    """Return whether a reader would see none of this text, as of a mark of direction alone; it says what "" says.

    What holds a NUL is left to those who refuse it.
    """
    seen = any(sign not in _UNSEEN and unicodedata.category(sign) not in _UNSEEN_KINDS for sign in text)
    return not seen and "\x00" not in text


def in_language(arabic: str, english: str, language: str | None = None) -> str:
    """Whichever fits the reader's language; the other when that one is empty."""
    wants_english = (language or get_language() or "").startswith("en")
    return (english or arabic) if wants_english else (arabic or english)


def choices_in_words(names: Iterable[str]) -> str:
    """Return the words of a refusal that names what may be given."""
    return _("One of: %(names)s.") % {"names": ", ".join(names)}


OURS = ("ar", "en")


def language_asked(accept: str) -> str:
    """Return which of our languages a header ranks first, empty when it wants neither (as `*` and `fr` do not say)."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        tag, _, parameters = part.partition(";")
        language = tag.strip().partition("-")[0]
        if language in OURS:
            weights[language] = max(weights.get(language, 0.0), _quality(parameters))
    first = max(weights, key=weights.__getitem__, default="")
    return first if first and weights[first] > 0 else ""


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        quality = float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
