"""Ids: those made here and not by the database, and numbers as clients write them."""

import os
import time
import unicodedata
import uuid
from collections.abc import Iterable

from core.errors import NotFound

# Copied along with a number out of right-to-left text.
_MARKS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_AROUND = " \t\r\n#.,:;!?()[]{}<>«»‹›“”‘’\"'`*،؛؟…"


def new_id() -> uuid.UUID:
    """A UUID of version 7: it begins with the time, so that an index takes the next one where it took the last.

    Random ones go to another page of the index each time, which PostgreSQL then logs whole.
    """
    milliseconds = time.time_ns() // 1_000_000
    bits = int.from_bytes(os.urandom(10), "big") & ~(0xF << 76) & ~(0x3 << 62)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62 | bits)


def as_number(text: str) -> int | None:
    """An id that the database gave out, as a client writes it; None for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def copied(text: str) -> str:
    """Return a number as people copy it without `رقم:`, `#`, blanks, signs and marks of direction around it."""
    return text[:100].translate(_MARKS).strip(_AROUND).rpartition(":")[2].strip(_AROUND)


def reference(text: str) -> str:
    """Return a number as people write it without what stands around it, its digits ASCII."""
    return "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in copied(text))


def id_or_refuse(text: str) -> int:
    """The same; raises NotFound for what cannot be one."""
    pk = as_number(text)
    if pk is None:
        raise NotFound
    return pk


def by_id(refs: Iterable[str]) -> dict[int, str]:
    """Return those of these references that are ids, by id: of two that say the same (7, 007) the last."""
    return {pk: ref for ref in refs if (pk := as_number(ref)) is not None}
