"""File names as they are kept: what the sender called it, without what could harm whoever saves it."""

import re
import unicodedata

from uploads.kinds import Kind

MAX_CHARACTERS = 150
MAX_BYTES = 255  # of UTF-8, what file systems take
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|(?:COM|LPT)[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_EXTENSION = re.compile(r"[A-Za-z][A-Za-z0-9]{0,9}")
# Control and format characters (bidi marks among them), lone surrogates, private and unassigned ones, line separators.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Persian, Kurdish and Indic words and emoji are written with these: they stay between what they join or part.
_JOINERS = "\u200c\u200d"


def extension(name: str) -> str:
    """Return what stands after the last dot, in lower case, if it looks like an extension; else empty."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem and _EXTENSION.fullmatch(last) else ""


def readable(name: str) -> str:
    """The last part of a path, without invisible characters, leading dots and surrounding spaces."""
    last = re.split(r"[/\\]", name)[-1]
    visible = _visible(last.encode("utf-8", "replace").decode())
    return " ".join(unicodedata.normalize("NFC", visible).split()).lstrip(". ").rstrip(". ")


def _visible(text: str) -> str:
    """The text without invisible characters, but with the joiners that stand between two it could concern."""
    kept = [sign for sign in text if sign in _JOINERS or unicodedata.category(sign) not in _INVISIBLE]
    pairs = zip(["", *kept], kept, [*kept[1:], ""], strict=False)
    return "".join(sign for left, sign, right in pairs if sign not in _JOINERS or (_joins(left) and _joins(right)))


def _joins(sign: str) -> bool:
    category = unicodedata.category(sign) if sign else ""
    return category[:1] in {"L", "M", "N"} or category in {"So", "Sk"}


def clean_name(name: str, kind: Kind) -> str:
    """A name that is safe on every system, with an extension that fits the content."""
    stem = _FORBIDDEN.sub("_", readable(name))
    ending = extension(stem)
    while ending:
        stem = stem[: -len(ending) - 1].rstrip(". ")
        if ending in kind.extensions:
            break
        # Another extension lies about the content: it goes, and a true one below it stays.
        ending = extension(stem) if extension(stem) in kind.extensions else ""
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    ending = ending or kind.extensions[0]
    return f"{_shortened(stem, len(ending) + 1) or 'file'}.{ending}"


def _shortened(stem: str, taken: int) -> str:
    cut = stem[: MAX_CHARACTERS - taken].encode()[: MAX_BYTES - taken]
    return cut.decode("utf-8", "ignore").rstrip(f". {_JOINERS}")
