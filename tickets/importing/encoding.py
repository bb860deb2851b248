"""In which encoding a file is written: by its mark, else by what its bytes can be."""

from __future__ import annotations

import codecs
from pathlib import Path

from tickets.importing.records import Wrong

ARABIC = "cp1256"
_BLOCK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # Excel and LibreOffice, Excel before 2007
_NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8"}


def encoding_of(path: Path, *, whole: bool = True) -> str:
    """Return Python's name of a file's encoding: UTF-8, UTF-16, with a mark or without one, or Windows-1256.

    Without `whole`, single lines of UTF-8 may be broken. Raises Wrong naming the line that cannot be read, and for a
    workbook; OSError for a file that cannot be opened.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(_WORKBOOKS):
        raise Wrong("this is a workbook: save it as CSV")
    encoding = next((name for mark, name in _MARKS if start.startswith(mark)), None) or _utf16_without_mark(start)
    failed = _first_failure(path, encoding or "utf-8")
    if failed is None:
        return encoding or "utf-8"
    line, block = failed
    if encoding is None and not _is_mostly_utf8(block):
        return ARABIC
    if not whole and (encoding or "utf-8").startswith("utf-8"):
        return encoding or "utf-8"
    name = _NAMES.get(encoding or "utf-8", "UTF-16")
    raise Wrong(f"line {line}: this is not {name}, in which the rest of the file is written")


def _utf16_without_mark(start: bytes) -> str | None:
    """Tell it by the zero bytes of ASCII letters, such as separators and line ends, on one side alone."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) * 16 < len(start) or min(even, odd) * 4 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _first_failure(path: Path, encoding: str) -> tuple[int, bytes] | None:
    """Return the line that cannot be decoded and the block of bytes around it; None when all can be."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                line += decoder.decode(block, final=not block).count("\n")
            except UnicodeDecodeError as error:
                return line + str(error.object[: error.start], encoding, "ignore").count("\n"), error.object
            if not block:
                return None


def _is_mostly_utf8(block: bytes) -> bool:
    """Tell whether more letters beyond ASCII can be read in this block than bytes cannot."""
    text = block.decode("utf-8", "surrogateescape")
    broken = sum("\udc80" <= letter <= "\udcff" for letter in text)
    return sum(letter > "\x7f" for letter in text) - broken > broken
