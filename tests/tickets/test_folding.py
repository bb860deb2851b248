"""Folding, as the migrations have made it faster, is what it was from the beginning."""

from importlib import import_module

import pytest
from django.db import connection

_search = import_module("tickets.migrations.0004_search")
FIRST = f"translate(lower(normalize(t, NFKC)), '{_search._FROM}', '{_search._TO}')"


@pytest.mark.django_db
def test_every_character_folds_as_it_always_did():
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select t, fold_v1(t), {FIRST}
            from (select i from generate_series(1, 131071) i where i not between 55296 and 57343 offset 0) points
            cross join lateral (values (chr(i)), ('Aأ' || chr(i) || '٣'), ('é' || chr(i) || chr(i % 2000 + 1))) x (t)
            where fold_v1(t) is distinct from {FIRST}
            """
        )
        assert cursor.fetchall() == []
