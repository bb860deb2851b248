"""Expressions mean for Arabic what they mean for English: held against Python's own engine, and by example."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.folding import fold
from bot.patterns import BadPattern, compile_expression, mark
from tests.soak import sized

_LETTERS = ["a", "b", "ط", "ا", "1", " ", "!", "_"]
_ATOMS = st.one_of(
    st.sampled_from(_LETTERS),
    st.sampled_from(
        [
            r"\w",
            r"\d",
            r"\s",
            r"\b",
            r"\W",
            r"\D",
            r"\S",
            ".",
            "[aط]",
            "[^a ]",
            "[a-bا-ط1]",
            r"[\d!]",
            r"[\w ]",
            r"[\Da]",
            r"[\Sb]",
            r"[^\Da]",
        ]
    ),
)
_REPEATED = st.builds(
    lambda atom, times: atom if atom == r"\b" else atom + times, _ATOMS, st.sampled_from(["", "", "+", "*", "?", "{2}"])
)
_SEQUENCES = st.lists(_REPEATED, min_size=1, max_size=5).map("".join)
_GROUPS = st.builds("(?:{}|{}){}".format, _SEQUENCES, _SEQUENCES, st.sampled_from(["", "+", "?"]))
_SOURCES = st.lists(st.one_of(_SEQUENCES, _GROUPS), min_size=1, max_size=3).map("".join)
# More than twice at one place is beyond us, and of no use to anybody.
_SOURCES = _SOURCES.filter(lambda source: source.count(r"\b") <= 2)
_ANCHORED = st.builds("{}{}{}".format, st.sampled_from(["", "^"]), _SOURCES, st.sampled_from(["", "$"]))
_TEXTS = st.text(st.sampled_from(_LETTERS), max_size=12)


@settings(max_examples=sized(300, 1500), deadline=None)
@given(_ANCHORED, _TEXTS)
def test_an_expression_finds_what_pythons_finds(source, text):
    """Python's `\\w`, `\\d` and `\\b` are Unicode's, which is what is asked of ours."""
    try:
        found = compile_expression(source)
    except BadPattern:
        return  # it can match nothing
    wanted = any(match.group() for match in re.finditer(source, text))
    assert (found.longest_in(text, mark(text)) > 0) == wanted, (source, text)


def length(source, text):
    folded = " ".join(fold(text).split())
    return compile_expression(source).longest_in(folded, mark(folded))


@pytest.mark.parametrize(
    ("source", "text", "wanted"),
    [
        (r"طلبي\s+رقم\s*\d+", "طلبي  رقم ١٢٣", 12),
        (r"\bطلب(ي|ك)\b", "أين طلبي؟", 4),
        (r"\bطلب\b", "طلبي", 0),
        (r"\bطَلَبٌ\b", "طلب", 3),
        (r"مرحبـ*ا", "مرحبـــا", 5),
        (r"[أإآ]لغاء", "الغاء", 5),
        (r"[٠-٩]{3}", "123", 3),
        (r"[۰-۹]{3}", "١٢٣", 3),
        (r"[A-Z]{3}", "abc", 3),
        (r"[^A-Z]{3}", "abc", 0),
        (r"ﻻ+", "لا", 2),
        ("CAFE\u0301", "café", 4),
        (r"\x{623}\x{647}ل", "أهل", 3),
        (r"\Qa.b\E", "A.B", 3),
        (r"\p{Arabic}+", "abc مرحبا", 5),
        (r"\P{Arabic}{3}\b", "abc", 3),
        (r"(?i)ORDER", "order", 5),
        (r"(?P<number>\d)x", "1x", 2),
        (r"\bfoo\b\W+\bbar\b", "foo -- bar", 10),
        (r"^\bfoo\b$", "foo", 3),
        (r"a{2,3}?b", "aaab", 4),
        (r"order\.no", "orderxno", 0),
        (r"[]a]+", "a]a", 3),
        (r"[a\-z]+", "a-z", 3),
        (r"[[:digit:]]+", "٤٢", 2),
        (r"[\Da]\b1", "1", 0),
        (r"[\Da]\b1", "!1", 2),
        (r"[\P{Arabic}]\b1", "1", 0),
        (r"[[:^digit:]]\b1", "1", 0),
        (r"[^1]\b1", "1", 0),
        (r"\W\b1", "1", 0),
        (r".\b1", "1", 0),
    ],
)
def test_an_expression_matches_as_its_writer_means(source, text, wanted):
    assert length(source, text) == wanted


@pytest.mark.parametrize(
    "source", [r"[\W]", r"[\b]", r"\B", r"\C", r"\8", r"\G", "(?=a)", "(?!a)", "(?#a)", "(?<=a)b", "(?>a)", "["]
)
def test_what_has_no_meaning_here_is_refused_and_not_guessed(source):
    with pytest.raises(BadPattern):
        compile_expression(source)
