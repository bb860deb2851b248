"""The authored texts of the demo, read from topics/*.toml and common.toml beside this file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("ar", "en")
_FOLDER = Path(__file__).parent
_FILE = re.compile(r"\s*\[([a-z]+)\]$")


@dataclass(frozen=True)
class Opening:
    """How a customer begins: subjects to choose from, and the text that fits them all."""

    subjects: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Turn:
    """Hold what one side says next, in wordings that can stand for each other; `asks` waits for the customer."""

    by_agent: bool
    asks: bool
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One way a conversation goes, from its openings to its solution.

    The notes fit after so many words of the customer. `hold` tells the customer that a third party is waited for;
    `answer` solves the matter in one message.
    """

    openings: tuple[Opening, ...]
    turns: tuple[Turn, ...]
    notes: tuple[str, ...]
    notes_after: int
    hold: str
    answer: str


@dataclass(frozen=True)
class Topic:
    """Hold what tickets are about; `weight` says how often."""

    slug: str
    category: str
    team: str
    weight: int
    product: str
    priorities: Mapping[str, int]
    tags: tuple[str, ...]
    lines: Mapping[str, tuple[Line, ...]]


@cache
def topics() -> tuple[Topic, ...]:
    """Every topic, by name of its file."""
    return tuple(_topic(path) for path in sorted((_FOLDER / "topics").glob("*.toml")))


@cache
def common(language: str) -> Mapping[str, Any]:
    """Return what is said around every topic in a language."""
    found: Mapping[str, Any] = _read(_FOLDER / "common.toml")[language]
    return found


def split_files(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without its `[picture]` mark, and the name of the picture that comes with it."""
    found = _FILE.search(text)
    return (text[: found.start()], (found[1],)) if found else (text, ())


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _topic(path: Path) -> Topic:
    raw = _read(path)
    lines = {language: tuple(_line(line) for line in raw[language]) for language in LANGUAGES}
    plain = {name: raw[name] for name in ("category", "team", "weight", "product", "priorities")}
    return Topic(slug=path.stem, tags=tuple(raw["tags"]), lines=lines, **plain)


def _line(raw: dict[str, Any]) -> Line:
    return Line(
        openings=tuple(Opening(tuple(one["subjects"]), one["text"]) for one in raw["openings"]),
        turns=tuple(Turn(who.startswith("agent"), who.endswith("?"), tuple(texts)) for who, *texts in raw["turns"]),
        notes=tuple(raw.get("notes", ())),
        notes_after=raw.get("notes_after", 1),
        hold=raw.get("hold", ""),
        answer=raw.get("answer", ""),
    )
