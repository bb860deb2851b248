"""File names, whatever they were sent as."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uploads.kinds import JPEG, PDF, TXT
from uploads.names import MAX_BYTES, MAX_CHARACTERS, clean_name

CASES = {
    "photo.jpg": (JPEG, "photo.jpg"),
    "PHOTO.JPEG": (JPEG, "PHOTO.jpeg"),
    "صورة الطلب.jpg": (JPEG, "صورة الطلب.jpg"),
    "photo": (JPEG, "photo.jpg"),
    "photo.": (JPEG, "photo.jpg"),
    "photo.png": (JPEG, "photo.jpg"),
    "invoice.pdf.exe": (PDF, "invoice.pdf"),
    "report v1.2": (TXT, "report v1.2.txt"),
    "../../etc/passwd": (TXT, "passwd.txt"),
    "..\\..\\boot.ini": (TXT, "boot.txt"),
    "C:\\fakepath\\a.jpg": (JPEG, "a.jpg"),
    "/": (JPEG, "file.jpg"),
    "": (JPEG, "file.jpg"),
    "...": (JPEG, "file.jpg"),
    ".htaccess": (TXT, "htaccess.txt"),
    "  a   b .jpg ": (JPEG, "a b.jpg"),
    "a\x00b\x1f\x7f.jpg": (JPEG, "ab.jpg"),
    "photo\u202egpj.exe": (JPEG, "photogpj.jpg"),
    "a\u2066\u2069\u200f\u200b\ufeff.jpg": (JPEG, "a.jpg"),
    "می\u200cخواهم.jpg": (JPEG, "می\u200cخواهم.jpg"),
    "👨\u200d👩\u200d👧.jpg": (JPEG, "👨\u200d👩\u200d👧.jpg"),
    "\u200da\u200d\u200db\u200c .jpg": (JPEG, "ab.jpg"),
    "a\ud800.jpg": (JPEG, "a_.jpg"),
    "CON.jpg": (JPEG, "_CON.jpg"),
    "nul": (TXT, "_nul.txt"),
    "com1.tar.jpg": (JPEG, "_com1.tar.jpg"),
    "console.jpg": (JPEG, "console.jpg"),
    'a<b>c:d"e|f?g*.jpg': (JPEG, "a_b_c_d_e_f_g_.jpg"),
    "cafe\u0301.jpg": (JPEG, "café.jpg"),
    "a\r\nSet-Cookie: x.jpg": (JPEG, "aSet-Cookie_ x.jpg"),
    "x" * 300 + ".jpg": (JPEG, "x" * 146 + ".jpg"),
    "م" * 300 + ".jpg": (JPEG, "م" * 125 + ".jpg"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_name_is_kept_as_far_as_it_is_harmless(name: str) -> None:
    kind, kept = CASES[name]
    assert clean_name(name, kind) == kept


@settings(max_examples=300)
@given(st.text(max_size=400))
def test_every_name_becomes_one_that_is_safe_everywhere(name: str) -> None:
    kept = clean_name(name, JPEG)
    assert 0 < len(kept) <= MAX_CHARACTERS
    assert len(kept.encode()) <= MAX_BYTES
    assert kept.endswith((".jpg", ".jpeg"))
    assert not set(kept) & set('/\\<>:"|?*')
    assert not kept.startswith((".", " "))
    assert not any(
        unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in kept if character not in "\u200c\u200d"
    )
    assert clean_name(kept, JPEG) == kept
