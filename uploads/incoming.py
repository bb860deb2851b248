"""Files on their way in: as they were sent, not yet checked."""

import binascii
import hashlib
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Invalid, TooLarge, UnsupportedType

SPOOL_BYTES = 1 << 20
_DATA_URL = re.compile(rb"data:[^,]{0,200};base64,", re.IGNORECASE)
_SPACE = b" \t\r\n"


@dataclass(frozen=True)
class IncomingFile:
    """A file somebody sends, under the name he gave it. Only its content will be believed."""

    filename: str
    file: IO[bytes]

    @classmethod
    def of(cls, filename: str, content: bytes) -> "IncomingFile":
        """A file whose bytes are at hand."""
        return cls(filename, BytesIO(content))

    @property
    def size(self) -> int:
        """In bytes."""
        return self.file.seek(0, 2)

    def digest(self) -> str:
        """SHA-256 of the content, in hex."""
        self.file.seek(0)
        return hashlib.file_digest(self.file, "sha256").hexdigest()  # type: ignore[arg-type]


def spool() -> IO[bytes]:
    """A file in memory that moves to disk when it grows."""
    return tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)


def decode_base64(pieces: Iterable[bytes]) -> IO[bytes]:
    """The file behind base64 text, with or without a `data:…;base64,` prefix, decoded piece by piece.

    Raises Invalid for anything but whole standard base64 (white space is skipped), TooLarge above MAX_UPLOAD_BYTES.
    """
    file = spool()
    try:
        _decode(pieces, file)
    except BaseException:
        file.close()
        raise
    return file


def _decode(pieces: Iterable[bytes], file: IO[bytes]) -> None:
    rest, ended, first = b"", False, True
    for piece in pieces:
        data = rest + (_without_prefix(piece) if first else piece).translate(None, _SPACE)
        first = False
        whole = len(data) & ~3
        data, rest = data[:whole], data[whole:]
        if ended and data:
            raise not_base64()
        try:
            file.write(binascii.a2b_base64(data, strict_mode=True))
        except binascii.Error:
            raise not_base64() from None
        ended = data.endswith(b"=")
        if file.tell() > settings.MAX_UPLOAD_BYTES:
            raise file_too_large()
    if rest:
        raise not_base64()


def _without_prefix(first: bytes) -> bytes:
    if first[:5].lower() != b"data:":
        return first
    found = _DATA_URL.match(first)
    if found is None:
        raise not_base64()
    return first[found.end() :]


def file_too_large() -> TooLarge:
    """The refusal of a file above MAX_UPLOAD_BYTES."""
    return TooLarge(_("This file is larger than %(limit)s MB.") % {"limit": settings.MAX_UPLOAD_BYTES // (1 << 20)})


def kind_refused() -> UnsupportedType:
    """The refusal of a file that is on no list; it names what is taken."""
    return UnsupportedType(
        _(
            "Files of this kind are not accepted. Send a picture (JPEG, PNG, WebP, GIF, HEIC), a PDF, a Word, Excel, "
            "PowerPoint or OpenDocument file without macros, plain text or CSV, sound (MP3, AAC, M4A, OGG, WAV, WebM) "
            "or film (MP4, MOV, WebM)."
        )
    )


def not_base64() -> Invalid:
    """The refusal of text that is not base64 or was cut off."""
    return Invalid(_("This is not whole base64 text."))
