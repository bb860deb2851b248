"""The rules that roll-ups are counted by: what changes when the program or a setting does."""

from __future__ import annotations

import hashlib
from functools import cache

from django.conf import settings

from reports.classes import BOUNDS
from reports.ledgers import DAILY

VERSION = 2
"""Raised when reports/rollups itself counts otherwise."""


def digest() -> str:
    """Return a digest of the present rules; spans that were counted by others are not good."""
    return _digest(settings.TIME_ZONE, settings.REOPEN_WINDOW_DAYS)


@cache
def _digest(zone: str, reopen_window_days: int) -> str:
    told = [str(VERSION), zone, str(reopen_window_days), str(BOUNDS)]
    told += [f"{each.name} {each.day} {each.kept} {each.classes} {each.sql}" for each in DAILY]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
