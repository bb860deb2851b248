"""The bot's door: the stored rules and the engine together, for those who answer customers."""

from __future__ import annotations

import datetime
import threading

import structlog

from bot import engine
from bot.engine import Answer, Facts, HandOver, NoAnswer
from bot.models import Rule

log = structlog.get_logger(__name__)
_Stamp = tuple[datetime.datetime, int]
_lock = threading.Lock()
_read: dict[int, tuple[_Stamp, engine.Rule]] = {}


def active_rules() -> list[engine.Rule]:
    """The rules that are switched on, by one query; what was compiled for the same row before is used again."""
    rows = list(Rule.objects.filter(is_active=True).order_by("-priority", "id"))
    found: dict[int, tuple[_Stamp, engine.Rule]] = {}
    for row in rows:
        stamp, known = (row.updated_at, row.version), _read.get(row.pk)
        found[row.pk] = known if known and known[0] == stamp else (stamp, _compiled(row))
    with _lock:
        _read.clear()
        _read.update(found)
    return [rule for _, rule in found.values()]


def _compiled(row: Rule) -> engine.Rule:
    rule = engine.read_rule(row)
    for bad in rule.bad:
        log.warning("bot_pattern_unusable", rule_id=row.pk, pattern=bad.source, reason=str(bad.reason))
    return rule


def decide(text: str, *, language: str, facts: Facts) -> Answer | HandOver | NoAnswer:
    """What the bot does with a customer's message; `language` is the customer's own, `ar` or `en`.

    One query. A stored rule that cannot be used is left out and logged, and never stops the others.
    """
    return engine.decide(active_rules(), text, language=language, facts=facts)
