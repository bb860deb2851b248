"""Plain text: decoded from end to end, and nothing that no text holds."""

import codecs
import re
from collections.abc import Iterator
from typing import IO

PIECE_BYTES = 1 << 16
# Bell, backspace, form feed, DOS's end of file and the escape of terminal colours stand in logs.
_CONTROL = re.compile(r"[\x00-\x06\x0e-\x19\x1c-\x1f\x7f-\x9f\ufffe\uffff]")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def is_plain_text(file: IO[bytes]) -> bool:
    """Return whether the whole file is text as UTF-8, UTF-16 with its mark, or Windows-1256.

    Markup is text like any other: text files are only ever given back to be saved.
    """
    file.seek(0)
    head = file.read(4)
    marked = [encoding for mark, encoding in _BOMS if head.startswith(mark)]
    for encoding in marked or ["utf-8", "cp1256"]:
        try:
            return not any(_CONTROL.search(text) for text in _decoded(file, encoding))
        except UnicodeDecodeError:
            continue
    return False


def _decoded(file: IO[bytes], encoding: str) -> Iterator[str]:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    while data := file.read(PIECE_BYTES):
        yield decoder.decode(data)
    decoder.decode(b"", final=True)
