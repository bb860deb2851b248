"""Words of a message: keywords with their Arabic prefixes, the script it is written in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.folding import fold

# و and ف join a sentence, ب ك ل stand before a noun, ال makes it definite, and ل before ال is written لل.
_PREFIXES = tuple(
    f"{join}{rest}"
    for join in ("", "و", "ف")
    for rest in ("", "ال", "ب", "ك", "ل", "بال", "كال", "لال", "لل")
    if join or rest
)
MAX_TEXT = 1_000
"""The beginning of a message is enough to know its language."""
_WORD = re.compile(r"[^\W_]+")
# In addresses, and in names as programs spell them, such as the values of quick replies: track_order.
_SPELLED = ("://", "@", "_")
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


@dataclass(frozen=True)
class Words:
    """The words of a folded text: where each stands, as it is written and without the prefixes it may carry."""

    places: Mapping[str, frozenset[int]]

    @classmethod
    def of(cls, folded: str) -> Words:
        places: dict[str, set[int]] = {}
        for place, word in enumerate(_WORD.findall(folded)):
            for form in forms(word):
                places.setdefault(form, set()).add(place)
        return cls({form: frozenset(found) for form, found in places.items()})


@dataclass(frozen=True)
class Keyword:
    """A word or phrase as a rule names it, folded."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, pattern: str) -> Keyword:
        """The keyword of a pattern; without words when the pattern has none."""
        return cls(tuple(_WORD.findall(fold(pattern))))

    def length_in(self, words: Words) -> int:
        """Its length in characters, blanks counted, when it stands in the text; 0 when it does not."""
        starts: frozenset[int] | None = None
        for offset, word in enumerate(self.words):
            here = frozenset(place - offset for place in words.places.get(word, ()))
            starts = here if starts is None else starts & here
            if not starts:
                return 0
        return sum(map(len, self.words)) + len(self.words) - 1


def forms(word: str) -> set[str]:
    """A word, and what it may be without Arabic prefixes: `وبالطلب` is also بالطلب, الطلب and طلب."""
    found = {word}
    if word[0] not in "وفبكلا":
        return found
    for prefix in _PREFIXES:
        rest = word[len(prefix) :]
        if rest and word.startswith(prefix):
            found.add(rest)
            if prefix.endswith("لل"):
                found.add(f"ال{rest}")
    return found


def language_of(text: str, default: str) -> str:
    """`ar` or `en`, whichever script more words are in; the customer's own language when neither prevails.

    Addresses and names with an underscore, such as the values of quick replies, say nothing of the language.
    """
    arabic = latin = 0
    for word in text[:MAX_TEXT].split():
        if any(sign in word for sign in _SPELLED):
            continue
        arabic += bool(_ARABIC.search(word)) and any(map(str.isalpha, word))
        latin += bool(_LATIN.search(word)) and not _ARABIC.search(word)
    if arabic == latin:
        return default
    return "ar" if arabic > latin else "en"


def longest(keywords: Sequence[Keyword], words: Words) -> int:
    """The length of the longest of these keywords that stands in the text; 0 when none does."""
    return max((keyword.length_in(words) for keyword in keywords), default=0)
