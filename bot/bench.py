"""The test bench: what the bot would answer to a text, why, and which stored patterns cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot import engine
from bot.answering import active_rules
from bot.engine import Answer, Decision, Facts, HandOver, Match, StoredRule
from bot.words import language_of


class Outcome(StrEnum):
    """Hold what became of a text, as the wire says it."""

    ANSWER = "answer"
    HANDOVER = "handover"
    NO_ANSWER = "noAnswer"


@dataclass(frozen=True)
class BadStored:
    """A stored pattern that is left out, and why."""

    rule: StoredRule
    pattern: str
    reason: str


@dataclass(frozen=True)
class Trial:
    """`matches` are all rules that match, best first; `bad_patterns` those that were left out."""

    decision: Decision
    matches: list[Match]
    bad_patterns: list[BadStored]

    @property
    def outcome(self) -> Outcome:
        if self.answer:
            return Outcome.ANSWER
        return Outcome.HANDOVER if isinstance(self.decision, HandOver) else Outcome.NO_ANSWER

    @property
    def answer(self) -> Answer | None:
        return self.decision if isinstance(self.decision, Answer) else None


def try_out(text: str, *, language: str, facts: Facts) -> Trial:
    """Return what a customer of this language would be answered now. Nothing is stored."""
    rules = active_rules()
    return Trial(
        engine.decide(rules, text, language=language_of(text, language), facts=facts),
        engine.matches(rules, text),
        [BadStored(rule.stored, bad.source, str(bad.reason)) for rule in rules for bad in rule.bad],
    )
