"""Plain text: decoded from end to end, without control characters and without markup."""

import codecs
import re
from collections.abc import Iterator
from typing import IO

PIECE_BYTES = 1 << 16
_OVERLAP = 32
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|script|svg|iframe|object|embed|form|meta|style|math|template|\?php)\b|<\?(?:php|xml)\b",
    re.IGNORECASE,
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def is_plain_text(file: IO[bytes]) -> bool:
    """Whether the whole file is text as UTF-8, UTF-16 with its mark, or Windows-1256, and no markup."""
    file.seek(0)
    head = file.read(4)
    marked = [encoding for mark, encoding in _BOMS if head.startswith(mark)]
    for encoding in marked or ["utf-8", "cp1256"]:
        try:
            return all(_harmless(text) for text in _decoded(file, encoding))
        except UnicodeDecodeError:
            continue
    return False


def _decoded(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The text in pieces, each beginning with the end of the last, so that nothing hides on a seam."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    end = ""
    while data := file.read(PIECE_BYTES):
        text = end + decoder.decode(data)
        yield text
        end = text[-_OVERLAP:]
    decoder.decode(b"", final=True)


def _harmless(text: str) -> bool:
    return _CONTROL.search(text) is None and _MARKUP.search(text) is None
