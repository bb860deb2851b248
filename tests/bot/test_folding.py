"""Folding in Python is what the database's fold_v1 is, for every text that people write."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.folding import fold, fold_keeping_case, folded_line
from tickets.search import fold as fold_by_database

_BLOCKS = [
    *((0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF)),
    *((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2069), (0xFF01, 0xFF5E)),
]
_LETTERS = st.one_of(*(st.characters(min_codepoint=low, max_codepoint=high) for low, high in _BLOCKS))


@pytest.mark.django_db
def test_every_character_of_the_writings_we_know_folds_as_in_the_database():
    points = [chr(point) for low, high in _BLOCKS for point in range(low, high + 1)]
    texts = [form for char in points for form in (char, f"ا{char}B", f"{char}{char}")]
    assert [fold(text) for text in texts] == fold_by_database(*texts)


@pytest.mark.django_db
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(st.text(_LETTERS, max_size=40), min_size=1, max_size=20))
def test_every_text_of_the_writings_we_know_folds_as_in_the_database(texts):
    assert [fold(text) for text in texts] == fold_by_database(*texts)


@given(st.text(_LETTERS))
def test_what_is_folded_stays_as_it_is(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_any_text_makes_one_line_of_bounded_length(text):
    line = folded_line(text, 100)
    assert len(line) <= 100
    assert line == line.strip()
    assert "  " not in line
    line.encode()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("مَرْحَبًا", "مرحبا"),
        ("مرحبـــا", "مرحبا"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("إلغاء الطلبيّة", "الغاء الطلبيه"),
        ("۱۲٣٤5", "12345"),
        ("کیف", "كيف"),
        ("CAFE\u0301", "café"),
        ("Straße", "straße"),
        ("\u202bأهلا\u202c", "اهلا"),
    ],
)
def test_what_differs_only_in_writing_is_one_text(text, folded):
    assert fold(text) == folded


def test_digits_of_all_writings_are_read_without_touching_letters():
    assert fold_keeping_case("ORD-١٢۳４") == "ORD-1234"
    assert connection.vendor == "postgresql"
