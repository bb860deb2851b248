"""No pattern and no text makes the bot slow, however evil: what bounds it is counted here, and timed in the soak."""

from __future__ import annotations

import itertools
import sys
import time
from types import SimpleNamespace

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import engine
from bot.engine import MAX_SECONDS, MAX_STATES_TOGETHER, MAX_TEXT, Answer, Facts, HandOver, NoAnswer, Text
from bot.patterns import MAX_FINDS, MAX_LENGTH, MAX_MEMORY, MAX_PROGRAM, MAX_STATES, BadPattern, compile_expression
from tests.bot.evil import PATTERNS, TEXTS
from tests.soak import sized

FACTS = Facts("Sara", "كل يوم", "every day")


def rule(*patterns, pk=1, priority=10):
    words = {"name_ar": "ق", "name_en": "R", "response_ar": "ج {order_id}", "response_en": "A {order_id}"}
    stored = SimpleNamespace(pk=pk, trigger_patterns=list(patterns), priority=priority, quick_replies=[], **words)
    return engine.read_rule(stored)


def compiled(source):
    """The expression, or the refusal."""
    try:
        return compile_expression(source)
    except BadPattern as refused:
        return refused


def evil_rules():
    return engine.within_bounds([rule(pattern, pk=n, priority=n % 3) for n, pattern in enumerate(PATTERNS)])


def test_there_are_sixty_of_each():
    assert len(set(PATTERNS)) == len(PATTERNS) == 60
    assert len(set(TEXTS)) == len(TEXTS) == 60


@pytest.mark.parametrize("pattern", PATTERNS)
def test_an_evil_pattern_is_refused_with_a_reason_or_runs_on_re2_within_its_bounds(pattern):
    found = compiled(pattern[1:-1])
    if isinstance(found, BadPattern):
        assert str(found)
        return
    assert isinstance(found.regexp, re2._Regexp)
    assert found.regexp.options.max_mem == MAX_MEMORY
    assert found.regexp.programsize <= MAX_PROGRAM
    assert found.states <= MAX_STATES
    assert len(pattern) <= MAX_LENGTH + 2


def test_what_one_message_costs_is_bounded():
    rules = evil_rules()
    states = sum(trigger.states for each in rules for trigger in each.triggers)
    assert 0 < states <= MAX_STATES_TOGETHER
    for text in TEXTS:
        seen = Text.of(text)
        assert len(seen.folded) <= MAX_TEXT
        assert len(seen.marked) <= 3 * MAX_TEXT + 2
        assert len(seen.words.places) <= 30 * MAX_TEXT


def test_every_evil_text_is_decided_beside_every_evil_pattern():
    rules = evil_rules()
    for text in TEXTS:
        decided = engine.decide(rules, text, language="ar", facts=FACTS)
        assert isinstance(decided, Answer | HandOver | NoAnswer)


def test_more_than_one_message_may_cost_is_left_out_from_the_least_important_on():
    heavy = [rule(f"/(x{n}|[a-z]{{250}})!/", pk=n, priority=n) for n in range(40)]
    bounded = engine.within_bounds(heavy)
    kept = [each.stored.priority for each in bounded if each.triggers]
    assert kept == sorted(kept, reverse=True) == list(range(39, 39 - len(kept), -1))
    assert 0 < len(kept) < 40
    assert all("together" in str(bad.reason) or bad.reason for each in bounded if not each.triggers for bad in each.bad)


def test_expressions_that_took_their_time_leave_the_rest_to_keywords(monkeypatch):
    monkeypatch.setattr(engine, "MAX_SECONDS", -1)
    rules = engine.within_bounds([rule("/hel+o/", pk=1, priority=9), rule("hello", pk=2, priority=1)])
    decided = engine.decide(rules, "hello", language="en", facts=FACTS)
    assert isinstance(decided, Answer)
    assert decided.rule_id == 2
    assert MAX_SECONDS <= 0.1


def test_a_pattern_that_matches_everywhere_is_looked_at_a_few_times_only():
    found = compile_expression("a")
    assert found.longest_in("a" * 1000, "") == 1
    longer = "a " * MAX_FINDS + "aaaa"
    assert compile_expression("a+").longest_in(longer, "") == 1


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("ab0 \\()[]{}*+?|^$.-,:<>=!PbBdDwWsSpQEx1طيأـ\u064b"), max_size=40), st.text(max_size=60)
)
def test_any_text_between_slashes_is_refused_or_searches_any_text(source, text):
    found = compiled(source)
    if isinstance(found, BadPattern):
        assert str(found)
        return
    seen = Text.of(text)
    assert 0 <= found.longest_in(seen.folded, seen.marked) <= len(seen.folded)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["ar", "en"]))
def test_any_message_is_decided_and_is_the_same_again(text, language):
    rules = engine.within_bounds([rule("مرحبا", "hello", "/[0-9]+/")])
    first = engine.decide(rules, text, language=language, facts=FACTS)
    assert engine.decide(rules, text, language=language, facts=FACTS) == first


@pytest.mark.timeout(600)
def test_every_pair_of_evil_pattern_and_text_is_handled_within_200_ms(capsys):
    # The thread's own time: what else the machine does while it waits is not the bot's.
    sets = [[rule(pattern)] for pattern in PATTERNS] + [evil_rules()]
    pairs = list(itertools.product(sets, TEXTS))[:: sized(17, 1)]
    slowest = 0.0
    for rules, text in pairs:
        began = time.thread_time()
        engine.decide(rules, text, language="ar", facts=FACTS)
        slowest = max(slowest, time.thread_time() - began)
    with capsys.disabled():
        sys.stdout.write(f"slowest of {len(pairs)}: {slowest * 1000:.0f} ms\n")
    assert slowest < 0.2
