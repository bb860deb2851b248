"""Define what the bot asks of apps it does not know: how often rules answered, and the working hours in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from bot.engine import Facts


def usage_of(rule_ids: Collection[int]) -> dict[int, int]:
    """The number of answers by rule, for each of these rules; by one query, however many they are."""
    count: Callable[[Collection[int]], Mapping[int, int]] = _named(settings.BOT_USAGE_COUNTER)
    counted = count(rule_ids) if rule_ids else {}
    return {rule_id: counted.get(rule_id, 0) for rule_id in rule_ids}


def facts_for(name: str) -> Facts:
    """Return what an answer to a customer of this name may say, as things are now."""
    hours: Callable[[], tuple[str, str]] = _named(settings.BOT_WORKING_HOURS)
    return Facts(name, *hours())


@cache
def _named(path: str) -> Any:
    return import_string(path)
