"""Patterns written `/…/`: RE2 for Arabic, folded as the text is, and refused with a reason when they cannot be used.

RE2 knows no backtracking, so no pattern and no text can make it slow. Its `\\d`, `\\w` and `\\b` know ASCII alone, so
each is replaced: `\\d` and `\\w` by Unicode's classes, and `\\b` by a mark that stands in the text wherever a word
begins or ends and that every other part of the pattern steps over.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import Any

import re2
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bot.folding import fold

MAX_LENGTH = 200
# States that may be alive at once decide the time of the worst text; RE2's whole program decides the memory.
MAX_STATES = 300
MAX_PROGRAM = 20_000
MAX_MEMORY = 4 * 1024 * 1024
MAX_FINDS = 8
MARK = "\x1f"
# Two at each place, since a mark once found is behind us: `\\b(foo|\\bbar)` asks twice at one place.
MARKS = MARK * 2

_WORD = r"\p{L}\p{N}\p{M}_"
_EDGES = re.compile(r"\b")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_GROUP = re.compile(r"\((?:\?(?:P?<\w+>|[imsU]*(?:-[imsU]+)?:|[imsU]*(?:-[imsU]+)?(?=\))))?")
_PROPERTY = re.compile(r"\\[pP](?:\{\^?\w+\}|[A-Z])")
_POINT = re.compile(r"\\x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))")
_POSIX = re.compile(r"\[:\^?\w+:\]")
# In none of these is anything that a pattern could look for.
_NOTHING = (b"", MARKS.encode(), f"{MARKS}\ue000{MARKS} {MARKS}\ue001{MARKS}".encode())
_CONTROLS = {"a": "\x07", "f": " ", "t": " ", "n": " ", "r": " ", "v": " "}
_PLAIN = {"d": r"\p{Nd}", "D": r"\P{Nd}", "w": _WORD, "s": r"\s", "S": r"\S"}


_TOO_MUCH = _("This pattern repeats too much. Make it shorter or repeat less.")


class BadPattern(ValueError):
    """A pattern that cannot be used; `reason` says why, in the reader's language."""

    def __init__(self, reason: str | Promise) -> None:
        self.reason = reason
        super().__init__("bad pattern")

    def __str__(self) -> str:
        return str(self.reason)


@dataclass(frozen=True)
class Expression:
    """A compiled `/…/`; `states` is its share of the work that one message may cost."""

    regexp: Any
    is_marked: bool
    states: int

    def longest_in(self, text: str, marked: str) -> int:
        """The length of the longest of its first matches, in characters; 0 when there is none.

        `marked` is `mark(text)`.
        """
        subject = (marked if self.is_marked else text).encode()
        longest = 0
        for found in islice(self.regexp.finditer(subject), MAX_FINDS):
            longest = max(longest, len(found.group().decode().replace(MARK, "")))
        return longest


def mark(text: str) -> str:
    """`text` with marks wherever a word begins or ends."""
    return _EDGES.sub(MARKS, text)


def compile_expression(source: str) -> Expression:
    """The expression between the slashes, ready to search folded text. BadPattern says what is wrong with it."""
    if len(source) > MAX_LENGTH:
        raise BadPattern(_("A pattern has at most %(most)s characters.") % {"most": MAX_LENGTH})
    normal = unicodedata.normalize("NFC", source)
    writer = _Writer(normal)
    regexp = _compiled(writer.write())
    states = _compiled(_Writer(normal, cheap=True).write()).programsize
    if states > MAX_STATES or regexp.programsize > MAX_PROGRAM:
        raise BadPattern(_TOO_MUCH)
    if any((found := regexp.search(text)) and not found.group().strip(MARK.encode()) for text in _NOTHING):
        raise BadPattern(_("This pattern can match nothing at all, and so every message."))
    return Expression(regexp, writer.is_marked, states)


def _compiled(translated: str) -> Any:
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    options.never_capture = True
    options.longest_match = True
    try:
        return re2.compile(translated, options)
    except re2.error as error:
        reason = error.args[0] if error.args else b""
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        if "too large" in text or "repetition size" in text:
            raise BadPattern(_TOO_MUCH) from None
        raise BadPattern(_("RE2 cannot read this pattern: %(error)s") % {"error": text}) from None


class _Writer:
    """Writes one pattern again, part by part: literals folded, classes for Unicode, marks stepped over.

    `cheap` writes small classes in place of Unicode's large ones: the size of that program is the number of states.
    """

    def __init__(self, source: str, *, cheap: bool = False) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.cheap = cheap
        self.is_marked = _has_boundary(source)

    def write(self) -> str:
        while self.at < len(self.source):
            self._part()
        return "".join(self.out)

    def _part(self) -> None:
        char = self.source[self.at]
        if char == "\\":
            self._escape()
        elif char == "[":
            self._atom(self._class())
        elif char == "(":
            self._group()
        elif char == "$":
            self._put(f"(?:{MARK}*$)" if self.is_marked else "$")
        elif char in "^|)":
            self._put(char)
        elif found := _QUANTIFIER.match(self.source, self.at):
            self._put(found[0], len(found[0]))
        elif char == ".":
            self._put("")
            self._atom(f"[^{MARK}]" if self.is_marked else ".")
        else:
            self._put("")
            self._literal(char)

    def _put(self, text: str, length: int = 1) -> None:
        self.out.append(text)
        self.at += length

    def _atom(self, text: str) -> None:
        """One character of the text, with the marks before it when there are any."""
        self.out.append(f"(?:{MARK}*{text})" if self.is_marked else text)

    def _literal(self, char: str) -> None:
        """A character as folding leaves it: nothing, one, or several. A group, so that a quantifier holds for it."""
        folded = " " if char.isspace() else fold(char)
        step = f"{MARK}*" if self.is_marked else ""
        written = "".join(f"{step}{re2.escape(each)}" for each in folded)
        self.out.append(written if len(folded) == 1 and not step else f"(?:{written})")

    def _group(self) -> None:
        found = _GROUP.match(self.source, self.at)
        if found is None or (found[0] == "(" and self.source.startswith("(?", self.at)):
            raise BadPattern(_("Looking ahead or behind and the like is not possible in a pattern."))
        self._put(found[0], len(found[0]))

    def _escape(self) -> None:
        letter = self.source[self.at + 1 : self.at + 2]
        if self.source.startswith(r"\Q", self.at):
            end = self.source.find(r"\E", self.at)
            end = len(self.source) if end < 0 else end
            for char in self.source[self.at + 2 : end]:
                self._literal(char)
            self.at = end + 2
        elif letter == "b":
            self._put(MARK, 2)
        elif letter in ("A", "z"):
            self._put(f"\\{letter}" if letter == "A" or not self.is_marked else rf"(?:{MARK}*\z)", 2)
        elif letter in _PLAIN or letter == "W" or _PROPERTY.match(self.source, self.at):
            self._atom(self._kind())
        else:
            self._literal(self._escaped())

    def _kind(self) -> str:
        """A class named by one escape, as a class of its own; what negates leaves the mark out."""
        found = _PROPERTY.match(self.source, self.at)
        name = found[0] if found else self.source[self.at : self.at + 2]
        self.at += len(name)
        if self.cheap:
            return "[a-z]"
        if name == r"\W":
            return f"[^{_WORD}{MARK}]"
        written = f"[{_PLAIN.get(name[1], name)}]"
        negates = name[1] in "DSP" or "^" in name
        return f"[^{MARK}{_opposite(name)}]" if negates and self.is_marked else written

    def _escaped(self) -> str:
        """The one character that an escape stands for; moves on behind it."""
        letter = self.source[self.at + 1 : self.at + 2]
        if point := _POINT.match(self.source, self.at):
            self.at += len(point[0])
            number = int(point[1] or point[2], 16)
            if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                raise BadPattern(_("There is no such character: %(escape)s") % {"escape": point[0]})
            return chr(number)
        if not letter or (letter.isalnum() and letter not in _CONTROLS):
            raise BadPattern(_("\\%(letter)s is not possible in a pattern.") % {"letter": letter})
        self.at += 2
        return _CONTROLS.get(letter, letter)

    def _class(self) -> str:
        """A class in brackets: its members folded, ranges with the folded forms of what they hold."""
        start = self.at
        self.at += 1
        negated = self.source.startswith("^", self.at)
        self.at += negated
        members: list[str] = []
        first = True
        while first or not self.source.startswith("]", self.at):
            if self.at >= len(self.source):
                raise BadPattern(_("A bracket is not closed: %(part)s") % {"part": self.source[start : start + 20]})
            members.append(self._member())
            first = False
        self.at += 1
        if not any(members):
            return "(?:)" if not negated else "."
        if negated or not self.is_marked:
            return f"[{'^' if negated else ''}{''.join(members)}{MARK if negated and self.is_marked else ''}]"
        return _without_mark(members)

    def _member(self) -> str:
        if found := _POSIX.match(self.source, self.at):
            self.at += len(found[0])
            return found[0]
        named = _PROPERTY.match(self.source, self.at)
        letter = self.source[self.at + 1 : self.at + 2] if self.source[self.at] == "\\" else ""
        if named or letter in _PLAIN:
            self.at += len(named[0]) if named else 2
            return "a-z" if self.cheap else (named[0] if named else _PLAIN[letter])
        if letter and letter in "WbBQ":
            raise BadPattern(_("\\%(letter)s cannot stand inside square brackets.") % {"letter": letter})
        low = high = self._one()
        if self.source.startswith("-", self.at) and not self.source.startswith("-]", self.at):
            self.at += 1
            high = self._one()
            if high < low:
                raise BadPattern(_("The range %(low)s-%(high)s is the wrong way round.") % {"low": low, "high": high})
        return _range(low, high)

    def _one(self) -> str:
        if self.at >= len(self.source):
            raise BadPattern(_("A bracket is not closed: %(part)s") % {"part": self.source[-20:]})
        if self.source[self.at] == "\\":
            return self._escaped()
        self.at += 1
        return self.source[self.at - 1]


def _range(low: str, high: str) -> str:
    """A range as it is, and what its members become by folding."""
    if low == high:
        folded = " " if low.isspace() else fold(low)
        return "".join(re2.escape(each) for each in folded)
    points = range(ord(low), min(ord(high), ord(low) + 1024) + 1)
    forms = {fold(chr(point)) for point in points if not 0xD800 <= point < 0xE000}
    more = sorted(form for form in forms if len(form) == 1 and not low <= form <= high)
    return f"{re2.escape(low)}-{re2.escape(high)}" + "".join(re2.escape(each) for each in more)


def _without_mark(members: list[str]) -> str:
    """A class of these members that leaves the mark out, which members that negate would take in."""
    negating = [member for member in members if member.startswith((r"\P", r"\S", r"\p{^", "[:^"))]
    others = "".join(member for member in members if member not in negating)
    parts = [f"[{others}]"] if others else []
    parts += [f"[^{MARK}{_opposite(member)}]" for member in negating]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _opposite(name: str) -> str:
    """The escape that means what `name` leaves out."""
    if "^" in name:
        return name.replace("^", "")
    return {r"\D": r"\p{Nd}", r"\S": r"\s"}.get(name) or name.replace("\\P", "\\p")


def _has_boundary(source: str) -> bool:
    """Return whether the pattern asks where words begin or end."""
    return r"\b" in source.replace("\\\\", "")
