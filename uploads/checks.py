"""Tell whether a file is taken: its size, what its content is, and the name it is kept under."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

import filetype
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import Invalid, TooLarge, UnsupportedType
from uploads import images, kinds
from uploads.containers import office_kind
from uploads.image_process import encode_anew
from uploads.incoming import IncomingFile, file_too_large, kind_refused
from uploads.kinds import Kind
from uploads.media import HEAD_BYTES, is_media, webm_kind
from uploads.names import clean_name, extension, readable
from uploads.texts import is_plain_text

_BY_SIGNATURE: dict[str, Kind] = {
    "image/jpeg": kinds.JPEG,
    "image/png": kinds.PNG,
    "image/apng": kinds.PNG,
    "image/webp": kinds.WEBP,
    "image/gif": kinds.GIF,
    "application/pdf": kinds.PDF,
    "audio/mpeg": kinds.MP3,
    "audio/aac": kinds.AAC,
    "audio/ogg": kinds.OGG,
    "audio/x-wav": kinds.WAV,
    "audio/mp4": kinds.M4A,
    "video/mp4": kinds.MP4,
    "video/x-m4v": kinds.MP4,
    "video/quicktime": kinds.MOV,
    "video/webm": kinds.WEBM,
}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_PDF_TAIL_BYTES = 2048


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be stored, as it will be: `file` is what we encoded for pictures, else what was sent."""

    filename: str
    kind: Kind
    file: IO[bytes]
    size: int

    @property
    def inline(self) -> bool:
        """Return whether a browser may show it in place."""
        return self.kind in kinds.IMAGES


def check_files(files: Sequence[IncomingFile], opened: ExitStack) -> list[CheckedFile]:
    """All of them, or a refusal that names the first that is not taken as `files[index]`.

    Raises Invalid, TooLarge or UnsupportedType. What is made here is closed with `opened`.
    """
    limit = settings.MAX_UPLOAD_FILES
    if not files:
        raise Invalid(fields={"files": [_("Send at least one file.")]})
    if len(files) > limit:
        raise too_many(limit)
    # Sizes first: nothing is decoded for a request that will be refused.
    for index, incoming in enumerate(files):
        with naming(index, incoming.filename):
            _check_size(incoming.size)
    checked = []
    for index, incoming in enumerate(files):
        with naming(index, incoming.filename):
            checked.append(_check(incoming, opened))
    return checked


def too_many(limit: int) -> Invalid:
    """The refusal of more files than one request may bring."""
    text = ngettext("Send at most %(limit)s file at once.", "Send at most %(limit)s files at once.", limit)
    return Invalid(fields={"files": [text % {"limit": limit}]})


class naming:
    """Inside it, a refusal is made to name the file it is about."""

    def __init__(self, index: int, filename: str) -> None:
        self.index, self.filename = index, filename

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Invalid | TooLarge | UnsupportedType) and not error.fields:
            text = str(error)
            shown = readable(self.filename)[:100]
            raise type(error)(
                f"\u2068{shown}\u2069: {text}" if shown else text, fields={f"files[{self.index}]": [text]}
            ) from None


def _check_size(size: int) -> None:
    if size == 0:
        raise Invalid(_("This file is empty."))
    if size > settings.MAX_UPLOAD_BYTES:
        raise file_too_large()


def _check(incoming: IncomingFile, opened: ExitStack) -> CheckedFile:
    size = incoming.size
    kind = kind_of(incoming.file, size, incoming.filename)
    file = incoming.file
    if kind in kinds.IMAGES:
        file, kind = opened.enter_context(encode_anew(incoming.file, kind)), images.kept_as(kind)
        size = file.seek(0, 2)
    file.seek(0)
    return CheckedFile(clean_name(incoming.filename, kind), kind, file, size)


def kind_of(file: IO[bytes], size: int, filename: str) -> Kind:
    """Return what the content is, whatever the name says; raises UnsupportedType for all that is not on the allow-list.

    The name decides only between text and CSV, and text under the name of something else is refused.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if head.startswith(b"PK\x03\x04"):
        return office_kind(file, size)
    kind = _by_signature(head)
    if kind is None:
        return _text_kind(file, filename)
    if kind == kinds.PDF and not _is_whole_pdf(file, size):
        raise Invalid(_("This file is damaged or incomplete."))
    if kind not in kinds.IMAGES and kind != kinds.PDF and not is_media(kind, file, size):
        raise kind_refused()
    return kind


def _by_signature(head: bytes) -> Kind | None:
    guess = filetype.guess_mime(head)
    if head[4:8] == b"ftyp":
        # The brand decides: sound files of phones list the brands of films as compatible.
        brand = head[8:12]
        if brand in {b"M4A ", b"M4B "}:
            return kinds.M4A
        if brand in _HEIC_BRANDS:
            return kinds.HEIC
        if not str(guess).startswith("video/"):
            return None
    if guess == "video/webm":
        return webm_kind(head)
    return _BY_SIGNATURE.get(guess)


def _text_kind(file: IO[bytes], filename: str) -> Kind:
    ending = extension(readable(filename))
    kind = kinds.CSV if ending in kinds.CSV.extensions else kinds.TXT
    if (ending and ending not in kind.extensions) or not is_plain_text(file):
        raise kind_refused()
    return kind


def _is_whole_pdf(file: IO[bytes], size: int) -> bool:
    file.seek(max(0, size - _PDF_TAIL_BYTES))
    return b"%%EOF" in file.read()
