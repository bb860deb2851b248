"""Define what the bot says to a message: pure, from rules that are given to it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bot.actions import ReplyAction
from bot.folding import folded_line
from bot.handover import asks_for_person
from bot.order_ids import order_id_in
from bot.patterns import BadPattern, Expression, compile_expression, mark
from bot.words import Keyword, Words
from core.text import in_language

log = structlog.get_logger(__name__)
# The beginning of a message is enough to know what it is about, and bounds the work of every pattern.
MAX_TEXT = 1_000
MAX_PATTERN = 202
# The states of all expressions together: RE2 goes through each of them at most once a byte of the text. At their worst
# so many would take the better part of a second, so there is a bound of time beside it.
MAX_STATES_TOGETHER = 6_000
# What the expressions may take of one message together, in seconds of this thread's own time; then only keywords count.
MAX_SECONDS = 0.1
_VARIABLE = re.compile(r"( ?)\{([A-Za-z_]{1,40})\}")
_CAPITAL = re.compile(r"(?<!^)([A-Z])")


@dataclass(frozen=True)
class Facts:
    """Hold what answers may say: the customer's name and the working hours in both languages."""

    customer_name: str
    hours_ar: str
    hours_en: str


# What `{name}` in an answer stands for, of the facts, the message and the language; one line each.
VARIABLES: dict[str, Callable[[Facts, str, str], str]] = {
    "customer_name": lambda facts, message, language: facts.customer_name,
    "working_hours": lambda facts, message, language: in_language(facts.hours_ar, facts.hours_en, language),
    "order_id": lambda facts, message, language: order_id_in(message),
}


@dataclass(frozen=True)
class QuickReply:
    """A button under an answer. `action` is reply (the value is taken as a message), handover, ticket or link."""

    label: str
    value: str
    action: str


@dataclass(frozen=True)
class Answer:
    """A rule's answer, in the language of the message."""

    rule_id: int
    text: str
    quick_replies: tuple[QuickReply, ...]
    language: str


@dataclass(frozen=True)
class HandOver:
    """The customer asked for a person."""

    language: str


@dataclass(frozen=True)
class NoAnswer:
    """No rule has an answer."""

    language: str


Decision = Answer | HandOver | NoAnswer


class StoredRule(Protocol):
    """A rule as it is kept."""

    pk: int
    name_ar: str
    name_en: str
    trigger_patterns: list[str]
    response_ar: str
    response_en: str
    priority: int
    quick_replies: list[dict[str, Any]]


@dataclass(frozen=True)
class Trigger:
    """One pattern, ready to search: a keyword, or an expression."""

    source: str
    keyword: Keyword | None = None
    expression: Expression | None = None

    @property
    def states(self) -> int:
        return self.expression.states if self.expression else 0

    def length_in(self, text: Text) -> int:
        """The length of what it matches in the text; 0 for nothing."""
        if self.keyword:
            return self.keyword.length_in(text.words)
        return self.expression.longest_in(text.folded, text.marked) if self.expression else 0


@dataclass(frozen=True)
class BadTrigger:
    """A stored pattern that cannot be used, and why."""

    source: str
    reason: str | Promise


@dataclass(frozen=True)
class Rule:
    """A rule ready to use: what of it is good, and what is not."""

    stored: StoredRule
    triggers: tuple[Trigger, ...]
    bad: tuple[BadTrigger, ...]


@dataclass(frozen=True)
class Text:
    """A message as patterns see it: folded, marked, in words; each made once for all rules."""

    folded: str
    marked: str
    words: Words

    @classmethod
    def of(cls, message: str) -> Text:
        folded = folded_line(message, MAX_TEXT)
        return cls(folded, mark(folded), Words.of(folded))


@dataclass(frozen=True)
class Match:
    """That a rule's pattern stands in a message, and how much of the message it is, in characters."""

    rule: Rule
    pattern: str
    length: int


def read_trigger(pattern: str) -> Trigger:
    """A pattern as it is written in a rule. BadPattern says why it cannot be used."""
    source = pattern.strip()
    if len(source) > MAX_PATTERN:
        raise BadPattern(_("A pattern has at most %(most)s characters.") % {"most": MAX_PATTERN - 2})
    if len(source) >= 2 and source.startswith("/") and source.endswith("/"):
        return Trigger(source, expression=compile_expression(source[1:-1]))
    keyword = Keyword.of(source)
    if not keyword.words:
        raise BadPattern(_("A keyword needs a letter or a digit."))
    return Trigger(source, keyword=keyword)


def read_rule(stored: StoredRule) -> Rule:
    """A stored rule ready to use; patterns that cannot be used are set aside, whatever is stored."""
    triggers: list[Trigger] = []
    bad: list[BadTrigger] = []
    patterns = stored.trigger_patterns if isinstance(stored.trigger_patterns, list) else [stored.trigger_patterns]
    for pattern in patterns:
        try:
            triggers.append(read_trigger(pattern))
        except BadPattern as error:
            bad.append(BadTrigger(pattern, error.reason))
        except Exception as error:
            bad.append(BadTrigger(str(pattern), type(error).__name__))
    return Rule(stored, tuple(triggers), tuple(bad))


def within_bounds(rules: Iterable[Rule]) -> list[Rule]:
    """The rules with the expressions that fit into what one message may cost, the most important first."""
    left, found = MAX_STATES_TOGETHER, []
    for rule in sorted(rules, key=_rank):
        kept: list[Trigger] = []
        over: list[BadTrigger] = []
        for trigger in rule.triggers:
            if trigger.states > left:
                over.append(BadTrigger(trigger.source, _("All expressions together are too large.")))
            else:
                left -= trigger.states
                kept.append(trigger)
        found.append(Rule(rule.stored, tuple(kept), (*rule.bad, *over)) if over else rule)
    return found


def _rank(rule: Rule) -> tuple[int, int]:
    return -rule.stored.priority, rule.stored.pk


def matches(rules: Sequence[Rule], message: str) -> list[Match]:
    """Return what of these rules stands in the message, best first: priority, then the longest match, then the oldest.

    `rules` as `within_bounds` gives them.
    """
    text, until = Text.of(message), time.thread_time() + MAX_SECONDS
    found = [match for rule in rules if (match := _match(rule, text, until))]
    return sorted(found, key=lambda match: (-match.rule.stored.priority, -match.length, match.rule.stored.pk))


def best_match(rules: Sequence[Rule], text: Text) -> Match | None:
    """The first of `matches`, without looking at rules that could not win any more."""
    best, until = None, time.thread_time() + MAX_SECONDS
    for rule in rules:
        if best and rule.stored.priority < best.rule.stored.priority:
            break
        match = _match(rule, text, until)
        if match and match.length > (best.length if best else 0):
            best = match
    return best


def _match(rule: Rule, text: Text, until: float) -> Match | None:
    """The longest match of a rule; expressions only while this thread's clock has not come to `until`."""
    best: Match | None = None
    for trigger in rule.triggers:
        if trigger.expression and time.thread_time() > until:
            log.warning("bot_expressions_too_slow", rule_id=rule.stored.pk, pattern=trigger.source)
            continue
        length = trigger.length_in(text)
        if length > (best.length if best else 0):
            best = Match(rule, trigger.source, length)
    return best


def decide(rules: Sequence[Rule], message: str, *, language: str, facts: Facts) -> Decision:
    """Return what the bot does with a message, in `language` (`ar` or `en`).

    `rules` as `within_bounds` gives them.
    """
    text = Text.of(message)
    if asks_for_person(text.words):
        return HandOver(language)
    best = best_match(rules, text)
    return answer(best.rule.stored, message, language=language, facts=facts) if best else NoAnswer(language)


def answer(rule: StoredRule, message: str, *, language: str, facts: Facts) -> Answer:
    """The rule's answer in this language, its variables filled in."""
    values = {name: find(facts, message[:MAX_TEXT], language) for name, find in VARIABLES.items()}
    text = render(in_language(rule.response_ar, rule.response_en, language), values)
    replies = [_quick_reply(reply, language) for reply in rule.quick_replies if isinstance(reply, dict)]
    usable = (reply for reply in replies if reply.label and reply.value and reply.action in ReplyAction)
    return Answer(rule.pk, text, tuple(usable), language)


def render(text: str, values: Mapping[str, str]) -> str:
    """`text` with each known `{variable}` as its value; one without a value goes, with the blank before it.

    What is unknown stays as it is written, and what a value holds is never rendered again. `{orderId}` is `{order_id}`.
    """

    def fill(found: re.Match[str]) -> str:
        name = _CAPITAL.sub(r"_\1", found[2]).lower()
        if name not in values:
            return found[0]
        return f"{found[1]}{values[name]}" if values[name] else ""

    return _VARIABLE.sub(fill, text)


def _quick_reply(stored: Mapping[str, Any], language: str) -> QuickReply:
    label = in_language(str(stored.get("labelAr", "")), str(stored.get("labelEn", "")), language)
    return QuickReply(label, str(stored.get("value", "")), str(stored.get("action", "reply")))
