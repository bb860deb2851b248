"""The words of a search as every list understands them: folded, phones in any spelling, signs around them set aside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import phonenumbers
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value

from core.phones import COUNTRY

# From so many characters on, a word is found anywhere in a text; a shorter one as a word's beginning.
SHORT = 3
LONGEST = 200
_SHORTEST_PHONE = 5
_PHONE = re.compile(r"^(?:\+|00?)(\d+)$")
# Signs that belong to what they touch: `50%`, `C&A`, `@name`, `a/b`, `C:\`, `_`.
_KEPT = frozenset("%&@/\\_")
# Written without a blank behind them: `رقم:TKT-2026-000223`, `غسالة،ثلاجة`.
_PARTING = re.compile("[:;,،؛]+")
_ALSO_SIGNS = frozenset("<>=|~^`")


@dataclass(frozen=True)
class Word:
    """One word of a search: any of its `forms` will do. A phone has two, as typed and without what countries prefix."""

    forms: tuple[str, ...]

    @property
    def is_long(self) -> bool:
        return len(self.forms[0]) >= SHORT

    def bare(self) -> tuple[Word, ...]:
        """Return the word without the signs around it, or the words that a colon or comma in it parts; at least one."""
        if len(self.forms) > 1:  # a phone
            return (Word(tuple(_stripped(form) or form for form in self.forms)),)
        parts = (_stripped(part) for part in _PARTING.split(self.forms[0]))
        return tuple(Word((part,)) for part in parts if part) or (self,)


@dataclass(frozen=True)
class Words:
    """All words of a search, each once; every one of them has to be found."""

    all: tuple[Word, ...]

    @property
    def long(self) -> Words:
        return Words(tuple(word for word in self.all if word.is_long))

    @property
    def short(self) -> Words:
        return Words(tuple(word for word in self.all if not word.is_long))

    def bare(self) -> Words | None:
        """Return the words without signs around them, for when nothing holds them as typed; None if there are none."""
        bare = Words(tuple(dict.fromkeys(bare for word in self.all for bare in word.bare())))
        return None if bare == self else bare


def fold(*texts: str) -> list[str]:
    """Return texts as the database folds them, and so as it keeps what is searched."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select array(select fold_v1(t) from unnest(%s::text[]) with ordinality u(t, n) order by n)", [list(texts)]
        )
        return list(cursor.fetchone()[0])


def split(folded: str) -> Words:
    """Return the words of a folded text; a phone number is one word, however it is spaced."""
    words: list[Word] = []
    end = 0
    for match in phonenumbers.PhoneNumberMatcher(folded, COUNTRY) if any(map(str.isdigit, folded)) else ():
        words += map(_word, folded[end : match.start].split())
        words.append(Word(_forms(match.raw_string, str(match.number.national_number))))
        end = match.end
    words += map(_word, folded[end:].split())
    return Words(tuple(dict.fromkeys(words)))


def words_of(text: str) -> Words:
    """Return the words of what somebody typed."""
    return split(fold(text.replace("\x00", "")[:LONGEST])[0])


def holding(rows: QuerySet[Any], places: Iterable[str | Func[Any]], text: str) -> Any:
    """Return the rows of which every word of `text` stands in one of the places, else those that hold the words bare.

    A place is the name of a column, or an expression that is folded already.
    """
    folded = [Folded(place) if isinstance(place, str) else place for place in places]

    def narrowed(words: Words) -> QuerySet[Any]:
        found = rows
        for word in words.all:
            found = found.filter(reduce(or_, (Q(contains(place, form)) for place in folded for form in word.forms)))
        return found

    return literal_or_bare(narrowed, words_of(text))


def literal_or_bare(narrowed: Callable[[Words], QuerySet[Any]], words: Words) -> QuerySet[Any]:
    """Return `narrowed(words)`, or what it makes of the words without signs around them when that holds no row."""
    found = narrowed(words)
    bare = words.bare()
    return narrowed(bare) if bare and not found.order_by().exists() else found


class Folded(Func):
    """A column as the database folds it."""

    function = "fold_v1"
    output_field = TextField()

    def __init__(self, column: str) -> None:
        super().__init__(F(column))


class Holds(Func):
    """A condition on a folded text; `arg_joiner` is the operator."""

    template = "%(expressions)s"
    output_field = BooleanField()


def contains(place: Func[Any], form: str) -> Holds:
    """Return the condition that a folded text holds these characters, with `%` and `_` as themselves."""
    pattern = re.sub(r"([\\%_])", r"\\\1", form)
    return Holds(place, Value(f"%{pattern}%"), arg_joiner=" like ")


def _word(text: str) -> Word:
    match = _PHONE.match(text)
    # `+966…`, `00966…` and `05…` not yet whole: what countries prefix is no part of what is kept.
    digits = match[1].lstrip("0") if match else ""
    return Word(_forms(text, digits)) if len(digits) >= _SHORTEST_PHONE - 1 else Word((text,))


def _forms(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _stripped(word: str) -> str:
    signs = list(map(_is_sign, word))
    kept = [place for place, is_sign in enumerate(signs) if not is_sign]
    return word[kept[0] : kept[-1] + 1] if kept else ""


def _is_sign(char: str) -> bool:
    return char not in _KEPT and (unicodedata.category(char).startswith("P") or char in _ALSO_SIGNS)
