"""JSON that carries files: read without ever holding more than one piece of a file in memory.

Long strings stay on disk. A small body with placeholders in their stead is parsed as JSON; the form looks each
placeholder up in `texts`.
"""

import mmap
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from core.errors import Invalid, TooLarge
from core.strict_json import loads

LONG_BYTES = 1 << 16
MAX_SKELETON_BYTES = 1 << 20
MAX_QUOTES = 100_000
PIECE_BYTES = 3 << 18
_MAX_BACKSLASHES = 64


class Body(dict[str, Any]):
    """A parsed JSON object, and the long strings that its placeholders stand for."""

    texts: Mapping[str, "LongText"]


@dataclass(frozen=True)
class LongText:
    """A long JSON string that lies between two offsets of a body on disk."""

    source: mmap.mmap
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def pieces(self) -> Iterator[bytes]:
        """The string's bytes; one with escapes in it is decoded whole."""
        if self.source.find(b"\\", self.start, self.end) >= 0:
            try:
                yield orjson.loads(b'"%b"' % self.source[self.start : self.end]).encode("ascii")
            except (orjson.JSONDecodeError, UnicodeEncodeError):
                raise Invalid from None
            return
        for offset in range(self.start, self.end, PIECE_BYTES):
            yield self.source[offset : min(offset + PIECE_BYTES, self.end)]


class FilesJSONParser(BaseParser):
    """Reads at most `view.max_body` bytes to disk and parses them; the view closes `view.opened`."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        view = (parser_context or {})["view"]
        file = view.opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 (closed with the request)
        if not _copy(stream, file, view.max_body):
            return {}
        source = view.opened.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        skeleton, texts = carve(source)
        try:
            parsed = loads(skeleton)
        except ValueError as error:
            raise ParseError(str(error)) from None
        if not isinstance(parsed, dict):
            return parsed
        body = Body(parsed)
        body.texts = texts
        return body


def _copy(stream: IO[bytes], file: IO[bytes], cap: int) -> int:
    length = 0
    while piece := stream.read(PIECE_BYTES):
        length += len(piece)
        if length > cap:
            raise TooLarge
        file.write(piece)
    file.flush()
    return length


def carve(source: mmap.mmap) -> tuple[bytes, dict[str, LongText]]:
    """The JSON with every long string replaced by a placeholder, and what the placeholders stand for.

    Raises TooLarge when what is not long strings is itself too much, Invalid for a string without an end.
    """
    secret = secrets.token_hex(16)
    texts: dict[str, LongText] = {}
    kept: list[bytes] = []
    done = length = 0
    for start, end in _strings(source):
        if end - start < LONG_BYTES:
            continue
        name = f"{secret}:{len(texts)}"
        texts[name] = LongText(source, start, end)
        length += start - done + len(name)
        if length > MAX_SKELETON_BYTES:
            raise TooLarge
        kept += [source[done:start], name.encode()]
        done = end
    if length + len(source) - done > MAX_SKELETON_BYTES:
        raise TooLarge
    return b"".join([*kept, source[done:]]), texts


def _strings(source: mmap.mmap) -> Iterator[tuple[int, int]]:
    """The offsets of every string's content."""
    start, offset = -1, source.find(b'"')
    for _ in range(MAX_QUOTES):
        if offset < 0:
            if start >= 0:
                raise Invalid
            return
        if start < 0:
            start = offset + 1
        elif not _escaped(source, start, offset):
            yield start, offset
            start = -1
        offset = source.find(b'"', offset + 1)
    raise TooLarge


def _escaped(source: mmap.mmap, start: int, quote: int) -> bool:
    before = source[max(start, quote - _MAX_BACKSLASHES) : quote]
    backslashes = len(before) - len(before.rstrip(b"\\"))
    if backslashes == _MAX_BACKSLASHES:
        raise Invalid
    return backslashes % 2 == 1
