"""Folding as the database does it, in steps for speed, is what one plain mapping would make of each character."""

import pytest
from django.db import connection

# What folding drops (harakat, tatweel, bidi and zero-width marks, soft hyphens) and what it maps, as code points, since
# most of these characters cannot be seen.
DROPPED = [
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
]
MAPPED = {
    0x0622: "ا", 0x0623: "ا", 0x0625: "ا", 0x0671: "ا", 0x0672: "ا", 0x0673: "ا",
    0x0649: "ي", 0x06CC: "ي", 0x0626: "ي", 0x06A9: "ك", 0x0629: "ه", 0x06C1: "ه", 0x0624: "و",
    **{0x0660 + digit: str(digit) for digit in range(10)},
    **{0x06F0 + digit: str(digit) for digit in range(10)},
}  # fmt: skip
_FROM = "".join(map(chr, MAPPED)) + "".join(map(chr, DROPPED))
PLAIN = f"translate(lower(normalize(t, NFKC)), '{_FROM}', '{''.join(MAPPED.values())}')"


@pytest.mark.django_db
def test_every_character_folds_as_the_plain_mapping_has_it():
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select t, fold_v1(t), {PLAIN}
            from (select i from generate_series(1, 65535) i where i not between 55296 and 57343 offset 0) points
            cross join lateral (
              select chr(i) union all
              select x from (values ('Aأ' || chr(i) || '٣'), ('é' || chr(i) || chr(i % 2000 + 1))) x (x) where i < 12288
            ) x (t)
            where fold_v1(t) is distinct from {PLAIN}
            """
        )
        assert cursor.fetchall() == []
