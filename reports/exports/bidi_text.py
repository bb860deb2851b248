"""Lines of Arabic and English as a PDF draws them: in visual order, letters joined, brackets turned.

Each wrapped line is put into visual order by itself; then its Arabic runs are shaped, and all drawn from left to right.
What reads from left to right inside Arabic (numbers of tickets, dates, phones) is held together by marks.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from bidi.algorithm import get_display
from fontpkg_ibm_plex_sans_arabic import ROOT
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, shapeStr

REGULAR, BOLD = "Plex", "Plex-Bold"
_MARK = "\u200e"
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]+")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LTR = re.compile(r"[A-Za-z]")
# A run of Latin letters and digits, with what joins them: a number, a date, a phone, an address.
_RUN = re.compile(r"[+#]?[A-Za-z0-9](?:[A-Za-z0-9@._:/+%-]*[A-Za-z0-9%])?")
_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@cache
def register_fonts() -> None:
    """Make the fonts known to reportlab, once a process."""
    for name, file in ((REGULAR, "Regular"), (BOLD, "Bold")):
        pdfmetrics.registerFont(TTFont(name, str(ROOT / "files" / f"IBMPlexSansArabic-{file}.ttf"), shapable=True))


def clean(text: str) -> str:
    """Return text without control characters and marks of direction, which could turn what stands around it."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\t", " "))


def is_rtl(text: str, default: bool) -> bool:
    """Return the direction that a text begins with; `default` when it has no letters."""
    arabic, latin = _RTL.search(text), _LTR.search(text)
    if not arabic or not latin:
        return bool(arabic) or (default and not latin)
    return arabic.start() < latin.start()


@lru_cache(maxsize=20_000)
def runs(line: str, rtl: bool, font: str, size: float) -> tuple[tuple[Any, float], ...]:
    """Return a line's runs in visual order, from left to right, each as reportlab draws it and with its width."""
    if not _RTL.search(line):
        return (_plain(line, font, size),)
    marked = _RUN.sub(lambda found: f"{_MARK}{found[0]}{_MARK}", line)
    visual = get_display(marked, base_dir="R" if rtl else "L").replace(_MARK, "")
    found, place = [], 0
    for arabic in _ARABIC.finditer(visual):
        if arabic.start() > place:
            found.append(_plain(visual[place : arabic.start()], font, size))
        found.append(_shaped(arabic[0][::-1], font, size))
        place = arabic.end()
    if place < len(visual):
        found.append(_plain(visual[place:], font, size))
    return tuple(found)


def _plain(text: str, font: str, size: float) -> tuple[Any, float]:
    return text, pdfmetrics.stringWidth(text, font, size)


@lru_cache(maxsize=50_000)
def _shaped(word: str, font: str, size: float) -> tuple[Any, float]:
    """Return Arabic in reading order as shaped glyphs, and their width."""
    shaped = shapeStr(word, font, size, force=True)
    return shaped, sum(glyph.x_advance for glyph in shaped.__shapeData__) * size / 1000


@lru_cache(maxsize=50_000)
def width(text: str, font: str, size: float) -> float:
    """Return how wide a text is; that of its shaped words and of all else together."""
    found, place = 0.0, 0
    for arabic in _ARABIC.finditer(text):
        found += pdfmetrics.stringWidth(text[place : arabic.start()], font, size)
        found += _shaped(arabic[0], font, size)[1]
        place = arabic.end()
    return found + float(pdfmetrics.stringWidth(text[place:], font, size))


def wrapped(text: str, font: str, size: float, room: float, most: int = 10_000) -> list[str]:
    """Return a text in lines no wider than `room`; the last one of `most` ends with an ellipsis when there are more."""
    lines: list[str] = []
    for paragraph in clean(text).split("\n"):
        lines += _wrap(paragraph, font, size, room)
        if len(lines) > most:
            return [*lines[: most - 1], _cut(f"{lines[most - 1]}…", font, size, room)]
    return lines


def _wrap(paragraph: str, font: str, size: float, room: float) -> list[str]:
    lines, line = [], ""
    for word in paragraph.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, font, size) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, font, size, room)
        lines += full
    return [*lines, line]


def _broken(word: str, font: str, size: float, room: float) -> list[str]:
    """Return a word in parts that fit, since some have no end."""
    parts, part = [], ""
    for letter in word:
        if part and width(part + letter, font, size) > room:
            parts.append(part)
            part = ""
        part += letter
    return [*parts, part]


def _cut(line: str, font: str, size: float, room: float) -> str:
    while len(line) > 1 and width(line, font, size) > room:
        line = f"{line[:-2]}…"
    return line


def draw(canvas: Any, line: str, x: float, y: float, font: str, size: float, *, rtl: bool, room: float) -> None:
    """Draw a line into `room` points from x on: at its right end when it is right to left."""
    found = runs(line, rtl, font, size)
    if rtl:
        x += room - sum(each for _text, each in found)
    for text, each in found:
        drawn = canvas.beginText(x, y)
        drawn.setFont(font, size)
        drawn.textOut(text)
        canvas.drawText(drawn)
        x += each
