"""Define what docs/bot.md says of patterns is so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.engine import MAX_SECONDS, MAX_STATES_TOGETHER, MAX_TEXT, Text, read_trigger
from bot.patterns import MAX_LENGTH, MAX_PROGRAM, MAX_STATES
from bot.validation import MAX_PATTERNS, MAX_QUICK_REPLIES, MAX_RULES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "bot.md").read_text()


def rows():
    table = PAGE.partition("| written |")[2].partition("\n\n")[0]
    for line in table.splitlines()[2:]:
        cells = [cell.strip().replace("\0", "|") for cell in line.replace("\\|", "\0").strip("| ").split(" | ")]
        yield cells[0].strip("`"), *[*cells[1:], ""][:2]


@pytest.mark.parametrize(("written", "finds", "misses"), list(rows()))
def test_each_pattern_finds_and_leaves_what_the_page_says(written, finds, misses):
    trigger = read_trigger(written)
    for text in filter(None, (part.strip(" |") for part in finds.split(","))):
        assert trigger.length_in(Text.of(text)) > 0, text
    for text in filter(None, (part.strip(" |") for part in misses.split(","))):
        assert trigger.length_in(Text.of(text)) == 0, text


def test_its_rule_is_one():
    rule = json.loads(PAGE.partition("```json")[2].partition("```")[0])
    assert all(read_trigger(pattern) for pattern in rule["triggerPatterns"])


def test_its_bounds_are_those_of_the_code():
    for bound in (MAX_TEXT, MAX_LENGTH, MAX_STATES, MAX_PROGRAM, MAX_STATES_TOGETHER):
        assert f"{bound:,}" in PAGE
    assert f"{MAX_SECONDS * 1000:.0f} ms" in PAGE
    assert f"{MAX_PATTERNS}, {MAX_QUICK_REPLIES}, {MAX_RULES}" in PAGE
