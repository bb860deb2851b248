"""The light formatting of messages: a closed set of marks, the same in Python and in the widget; all else is text."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from core.formatting import Block, as_html, blocks, spans

CASES = json.loads((Path(__file__).parent / "formatting_cases.json").read_text())
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</code></pre><svg onload=alert(1)>",
]
AROUND = ["{}", "**{}**", "_{}_", "`{}`", "- {}", "1. {}", "```\n{}\n```", "https://example.com/{}"]
# The same tree as `shown` below, by the widget's module.
IN_NODE = """
import { blocks, spans } from "FILE";
const inline = (text) => spans(text).map(([kind, part]) => [kind, part]);
const shown = ({ kind, lines, numbers }) => kind === "code" ? [kind, lines.join("\\n")]
  : kind === "text" ? [kind, inline(lines.join("\\n"))]
  : [kind, ...lines.flatMap((line, at) => [...(kind === "numbers" ? [numbers[at]] : []), inline(line)])];
let given = "";
for await (const part of process.stdin) given += part;
console.log(JSON.stringify(JSON.parse(given).map((text) => blocks(text).map(shown))));
"""


def inline(text: str) -> list[Any]:
    return [list(span) for span in spans(text)]


def shown(block: Block) -> list[Any]:
    if block.kind == "code":
        return [block.kind, "\n".join(block.lines)]
    if block.kind == "text":
        return [block.kind, inline("\n".join(block.lines))]
    numbers = [[number] for number in block.numbers] or [[]] * len(block.lines)
    return [block.kind, *[part for at, line in enumerate(block.lines) for part in (*numbers[at], inline(line))]]


@pytest.mark.parametrize(("text", "tree"), CASES, ids=[text for text, _tree in CASES])
def test_marks_are_read_and_all_else_is_text(text: str, tree: list[Any]) -> None:
    assert [shown(block) for block in blocks(text)] == tree


def test_the_widget_reads_the_same_marks() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    script = IN_NODE.replace("FILE", (settings.BASE_DIR / "widget/static/widget/formatting.js").as_uri())
    given = json.dumps([text for text, _tree in CASES])
    run = [node, "--input-type=module", "-e", script]
    answer = subprocess.run(run, input=given, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(answer.stdout) == [tree for _text, tree in CASES]


@pytest.mark.parametrize("payload", HOSTILE)
def test_what_is_hostile_stays_text_inside_of_every_mark(payload: str) -> None:
    for around in AROUND:
        page = as_html(around.format(payload))
        for tag in ("<script", "<img", "<svg", 'javascript:alert(1)"', "</code></pre><svg"):
            assert tag not in page, page


def test_a_text_made_to_be_slow_is_read_at_once() -> None:
    texts = ("**a " * 12_000, "_a " * 16_000, "`" * 50_000, "```a\n" * 10_000, "*" * 50_000, "https://" * 6_000)
    began = time.thread_time()
    for text in texts:
        as_html(text)
    assert time.thread_time() - began < 3
