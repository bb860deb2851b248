"""Show the light formatting of a message: bold, italic, code, lists, and addresses as links; everything else is text.

A body is stored and sent as it was written (docs/adr/0014). `widget/static/widget/formatting.js` reads the same marks,
and `tests/core/formatting_cases.json` holds both to it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString


class Span(NamedTuple):
    """A piece of a line: `kind` is text, bold, italic, code or link."""

    kind: str
    text: str


class Block(NamedTuple):
    """Hold lines of one kind: text, list, numbers (each with the number it was given) or code."""

    kind: str
    lines: list[str]
    numbers: list[int] = []


_URL = r"https?://[^\s<>\"'«»]{3,2000}"
_END = ".,;:!?)]}،؛؟…"
_MARK = re.compile(
    rf"(?P<code>`[^`\n]+`)|(?P<link>{_URL})"
    r"|(?<![\w*])\*\*(?P<bold>(?! )[^*\n]*[^*\n ])\*\*(?![\w*])"
    r"|(?<!\w)_(?P<italic>(?! )[^_\n]*[^_\n ])_(?!\w)",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[-*•] +(?=[^ ])")
_NUMBERED = re.compile(r"([0-9]{1,3})[.)] +(?=[^ ])")
_FENCE = re.compile(r"```[a-z]{0,20} *")


def blocks(text: str) -> list[Block]:
    """Return a text's blocks in order; a block of code that is not closed is text."""
    lines = text.replace("\r\n", "\n").split("\n")
    closing = [at for at, line in enumerate(lines) if line.rstrip(" ") == "```"]
    found: list[Block] = []
    place = 0
    while place < len(lines):
        after = bisect_right(closing, place)
        if after < len(closing) and _FENCE.fullmatch(lines[place]):
            found.append(Block("code", lines[place + 1 : closing[after]]))
            place = closing[after] + 1
        else:
            _put(found, lines[place])
            place += 1
    return found


def _put(found: list[Block], line: str) -> None:
    """Add a line to the block that it goes on, or begin one with it."""
    item, numbered = _ITEM.match(line), _NUMBERED.match(line)
    kind = "list" if item else "numbers" if numbered else "text"
    if not found or found[-1].kind != kind:
        found.append(Block(kind, [], []))
    start = item or numbered
    found[-1].lines.append(line[start.end() :] if start else line)
    if numbered and not item:
        found[-1].numbers.append(int(numbered[1]))


def spans(line: str) -> list[Span]:
    """Return a text's pieces in order; marks that do not stand in pairs at the edges of words are text."""
    found: list[Span] = []
    end = 0
    for match in _MARK.finditer(line):
        kind = match.lastgroup or "text"
        whole = match[0].rstrip(_END) if kind == "link" else match[0]
        inner = {"code": whole[1:-1], "link": whole}.get(kind, match[kind])
        found += [Span("text", line[end : match.start()]), Span(kind, inner)]
        end = match.start() + len(whole)
    return [span for span in [*found, Span("text", line[end:])] if span.text]


def as_html(text: str, plain: Callable[[str], SafeString] = escape) -> SafeString:
    """Return a message's text as HTML; `plain` makes the HTML of what bears no mark. Line ends stay line ends."""
    return format_html_join("", "{}", ((_block(block, plain),) for block in blocks(text)))


def _block(block: Block, plain: Callable[[str], SafeString]) -> SafeString:
    if block.kind == "code":
        return format_html('<pre dir="ltr"><code>{}</code></pre>', "\n".join(block.lines))
    if block.kind == "text":
        return _line("\n".join(block.lines), plain)
    if block.kind == "list":
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_line(line, plain),) for line in block.lines))
        )
    rows = ((number, _line(line, plain)) for number, line in zip(block.numbers, block.lines, strict=True))
    return format_html("<ol>{}</ol>", format_html_join("", '<li value="{}">{}</li>', rows))


_HTML = {
    "bold": "<strong>{}</strong>",
    "italic": "<em>{}</em>",
    "code": '<code dir="ltr">{}</code>',
}


def _line(line: str, plain: Callable[[str], SafeString]) -> SafeString:
    return format_html_join("", "{}", ((_span(span, plain),) for span in spans(line)))


def _span(span: Span, plain: Callable[[str], SafeString]) -> SafeString:
    if span.kind == "text":
        return plain(span.text)
    if span.kind == "link":
        link = '<a href="{}" target="_blank" rel="noopener noreferrer nofollow"><bdi dir="ltr">{}</bdi></a>'
        return format_html(link, span.text, span.text)
    return format_html(_HTML[span.kind], span.text if span.kind == "code" else _line(span.text, plain))
