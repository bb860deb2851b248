"""Folding in Python, equal to the database's fold_v1: what differs only in writing becomes the same text."""

from __future__ import annotations

import unicodedata

# Harakat, tatweel, marks of direction and of zero width: written or not, the word is the same.
_DROPPED = (
    *range(0x0610, 0x061B),
    0x061C,
    0x0640,
    *range(0x064B, 0x0660),
    0x0670,
    *range(0x06D6, 0x06DD),
    *range(0x06DF, 0x06E5),
    0x06E7,
    0x06E8,
    *range(0x06EA, 0x06EE),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x206A),
    0xFEFF,
    0x00AD,
)
_DIGITS = {first + digit: str(digit) for first in (0x0660, 0x06F0) for digit in range(10)}
_LETTERS = dict(zip(map(ord, "آأإٱٲٳىیئکةہؤ"), "اااااايييكههو", strict=True))
_TABLE: dict[int, str | None] = {**_LETTERS, **_DIGITS, **dict.fromkeys(_DROPPED)}
# lower() knows two characters better than the database does, which maps each by itself.
_SIMPLE = {0x0130: "i", 0x03A3: "σ"}


def fold(text: str) -> str:
    """`text` as fold_v1 of the database folds it: compatibility forms, lower case, one alef, yeh, kaf, heh and digit.

    The two agree on every character that both know; `lower()` and not `casefold()`, since ß is not ss there either.
    """
    return unicodedata.normalize("NFKC", text).translate(_SIMPLE).lower().translate(_TABLE)


def fold_keeping_case(text: str) -> str:
    """`text` folded but for its case: one alef, yeh, kaf and heh, digits 0 to 9, no harakat and no invisible marks."""
    return unicodedata.normalize("NFKC", text).translate(_TABLE)


def folded_line(text: str, limit: int) -> str:
    """`text` folded, on one line with single blanks, and at most `limit` characters of it.

    Half characters (lone surrogates) become U+FFFD: nothing of what is sent may stop the bot.
    """
    whole = text[:limit].encode("utf-8", "replace").decode()
    return " ".join(fold(whole).split())[:limit]
