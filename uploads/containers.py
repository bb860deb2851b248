"""Office documents: zip containers that are what they claim, without macros, bombs or passengers."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import IO

from django.utils.translation import gettext as _

from core.errors import Invalid, Problem, TooLarge, UnsupportedType
from uploads.incoming import kind_refused
from uploads.kinds import DOCX, ODS, ODT, PPTX, XLSX, Kind

MAX_ENTRIES = 5_000
MAX_DIRECTORY_BYTES = 1 << 20
MAX_UNPACKED_BYTES = 200 << 20
MAX_RATIO = 100
# Below this size a high ratio harms nobody: an empty sheet packs very well.
RATIO_COUNTS_FROM = 20 << 20
MAX_READ_BYTES = 1 << 20
PIECE_BYTES = 1 << 18
_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_OOXML = (
    (b"wordprocessingml.document.main+xml", DOCX),
    (b"spreadsheetml.sheet.main+xml", XLSX),
    (b"presentationml.presentation.main+xml", PPTX),
)
_ODF = {kind.content_type.encode(): kind for kind in (ODT, ODS)}
_MACROS = re.compile(r"(?:^|/)(?:vba(?:project|data)[^/]*|macrosheets|activex|basic|scripts)(?:/|$)", re.IGNORECASE)
_PROGRAM = re.compile(r"\.(?:exe|dll|com|scr|msi|bat|cmd|ps1|vbs|vbe|jse?|wsf|hta|lnk|jar|sh)$", re.IGNORECASE)


def office_kind(file: IO[bytes], size: int) -> Kind:
    """Which office document this zip file is. Raises UnsupportedType, TooLarge (a bomb) or Invalid (damaged)."""
    _check_frame(file, size)
    try:
        with zipfile.ZipFile(file) as container:
            kind = _kind(container)
            _unpack(file, container.infolist())
            return kind
    except Problem:
        raise
    except Exception:  # a hostile file breaks zipfile in more ways than it documents
        raise _damaged() from None


def _check_frame(file: IO[bytes], size: int) -> None:
    """The directory ends the file and starts where it says: nothing before, behind or between, and of bounded size."""
    file.seek(max(0, size - _END.size))
    tail = file.read(_END.size)
    if len(tail) < _END.size or not tail.startswith(b"PK\x05\x06"):
        raise kind_refused()
    _mark, _disk, _start, _here, entries, length, offset, _comment = _END.unpack(tail)
    if offset + length + _END.size != size:
        raise kind_refused()
    if entries > MAX_ENTRIES or length > MAX_DIRECTORY_BYTES:
        raise _bomb()


def _kind(container: zipfile.ZipFile) -> Kind:
    entries = container.infolist()
    _check_sizes(entries)
    names = [entry.filename for entry in entries]
    if any(_MACROS.search(name) for name in names):
        raise UnsupportedType(_("Office files with macros are not accepted."))
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnsupportedType(_("Files with a password are not accepted."))
    if any(_PROGRAM.search(name) or ".." in name.split("/") or name.startswith("/") for name in names):
        raise kind_refused()
    if len(set(names)) != len(names):
        raise kind_refused()
    return _open_document(container, entries) or _open_xml(container, names)


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * packed):
        raise _bomb()
    begins = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    if not begins or begins[0][0] != 0:
        raise kind_refused()
    # Entries that share their bytes are how a small file unpacks to anything.
    for (offset, length), (following, _length) in pairwise(begins):
        if offset + length >= following:
            raise _bomb()


def _unpack(file: IO[bytes], entries: list[zipfile.ZipInfo]) -> None:
    """Unpack every entry and throw it away: the sizes that the directory states must be true.

    What comes out is counted while it does, so a lie ends at the size that was stated; entities that a document
    defines for itself are what makes small XML large.
    """
    for entry in entries:
        unpacked, end = 0, b""
        for piece in _unpacked(file, entry):
            unpacked += len(piece)
            if unpacked > entry.file_size:
                raise _bomb()
            plain = end + piece.translate(None, b"\0")  # in UTF-16 and UTF-32 too
            if b"<!ENTITY" in plain:
                raise _bomb()
            end = plain[-8:]
        if unpacked != entry.file_size:
            raise _damaged()


def _unpacked(file: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of an entry in pieces, whatever size is stated for it; nothing stands between the two headers."""
    file.seek(entry.header_offset)
    mark, _version, _flags, method, *_rest, name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
    if mark != b"PK\x03\x04" or method != entry.compress_type:
        raise _damaged()
    if method not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise kind_refused()
    file.seek(entry.header_offset + _LOCAL.size + name + extra)
    left = entry.compress_size
    packed = zlib.decompressobj(-zlib.MAX_WBITS) if method == zipfile.ZIP_DEFLATED else None
    while left:
        data = file.read(min(left, PIECE_BYTES))
        if not data:
            raise _damaged()
        left -= len(data)
        while data and packed:
            yield packed.decompress(data, PIECE_BYTES)
            data = packed.unconsumed_tail
        yield data
    if packed and (not packed.eof or packed.unused_data):
        raise _damaged()


def _open_document(container: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Kind | None:
    first = entries[0]
    if first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED:
        return None
    if "META-INF/manifest.xml" not in container.namelist():
        return None
    return _ODF.get(_read(container, "mimetype"))


def _open_xml(container: zipfile.ZipFile, names: list[str]) -> Kind:
    if "[Content_Types].xml" not in names:
        raise kind_refused()
    types = _read(container, "[Content_Types].xml")
    if re.search(b"macroenabled|vbaproject", types, re.IGNORECASE):
        raise UnsupportedType(_("Office files with macros are not accepted."))
    found = [kind for mark, kind in _OOXML if mark in types]
    if len(found) != 1:
        raise kind_refused()
    return found[0]


def _read(container: zipfile.ZipFile, name: str) -> bytes:
    with container.open(name) as entry:
        content = entry.read(MAX_READ_BYTES + 1)
    if len(content) > MAX_READ_BYTES:
        raise _bomb()
    return content


def _damaged() -> Invalid:
    return Invalid(_("This file is damaged or incomplete."))


def _bomb() -> TooLarge:
    return TooLarge(_("This file unpacks to more than is accepted."))
