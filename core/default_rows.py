"""Rows that an installation begins with: given once, and its people's from then on."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from core.models import DefaultRows


@transaction.atomic
def make_once(name: str, make: Callable[[], object]) -> None:
    """Call `make` unless this database was given the set of rows `name` before; what was deleted stays deleted."""
    _row, is_new = DefaultRows.objects.get_or_create(name=name)
    if is_new:
        make()
