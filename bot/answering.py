"""The bot's door: the stored rules and the engine together, for those who answer customers."""

from __future__ import annotations

import datetime

import structlog

from bot import engine
from bot.engine import Answer, Facts, HandOver, NoAnswer
from bot.models import Rule

log = structlog.get_logger(__name__)
_Stamp = tuple[int, datetime.datetime, int]
# What was read last, replaced as a whole: threads that read at once do the same work twice, and no harm.
_read: tuple[dict[_Stamp, engine.Rule], list[engine.Rule]] = ({}, [])


def active_rules() -> list[engine.Rule]:
    """The rules that are switched on, the most important first, by one query.

    What was compiled for the same row before is used again.
    """
    global _read
    rows = {(row.pk, row.updated_at, row.version): row for row in Rule.objects.filter(is_active=True)}
    known, rules = _read
    if known.keys() != rows.keys():
        known = {stamp: known.get(stamp) or _compiled(row) for stamp, row in rows.items()}
        rules = engine.within_bounds(known.values())
        _read = known, rules
    return rules


def _compiled(row: Rule) -> engine.Rule:
    rule = engine.read_rule(row)
    for bad in rule.bad:
        log.warning("bot_pattern_unusable", rule_id=row.pk, pattern=bad.source, reason=str(bad.reason))
    return rule


def decide(text: str, *, language: str, facts: Facts) -> Answer | HandOver | NoAnswer:
    """Return what the bot does with a customer's message, in `language`, which is `ar` or `en`.

    One query. A stored rule that cannot be used is left out and logged, and never stops the others.
    """
    return engine.decide(active_rules(), text, language=language, facts=facts)
