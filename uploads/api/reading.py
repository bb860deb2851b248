"""The files of a request, from JSON or multipart."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Invalid
from uploads.api.body import LongText
from uploads.checks import naming, too_many
from uploads.incoming import IncomingFile, decode_base64, file_too_large, not_base64

# Base64 is a third longer; the rest is for line ends and for characters written as JSON escapes.
_ENCODED_FACTOR = 2
FIELDS = ("files", "files[]", "file")


def files_of_form(files: Any, data: Any) -> list[IncomingFile]:
    """The files of a multipart form, whose parts are named `files` (also `files[]`, `file`)."""
    unknown = [name for name in [*files, *data] if name not in FIELDS]
    unknown += [name for name in data if name in FIELDS]
    if unknown:
        raise Invalid(fields={str(name)[:100]: [_("Unknown field.")] for name in unknown[:20]})
    return [IncomingFile(file.name or "", file.file) for name in files for file in files.getlist(name)]


def files_of_json(
    entries: list[Mapping[str, str]], texts: Mapping[str, LongText], opened: ExitStack
) -> list[IncomingFile]:
    """The files of a JSON body, decoded to files that are closed with `opened`.

    Raises Invalid or TooLarge naming the file.
    """
    if len(entries) > settings.MAX_UPLOAD_FILES:
        raise too_many(settings.MAX_UPLOAD_FILES)
    return [_decoded(index, entry, texts, opened) for index, entry in enumerate(entries)]


def _decoded(index: int, entry: Mapping[str, str], texts: Mapping[str, LongText], opened: ExitStack) -> IncomingFile:
    given = entry["base64"]
    if entry["filename"] in texts:
        raise Invalid(fields={f"files[{index}].filename": [_("This name is too long.")]})
    with naming(index, entry["filename"]):
        text = texts.get(given)
        if text is None and not given.isascii():
            raise not_base64()
        if len(text or given) > settings.MAX_UPLOAD_BYTES * _ENCODED_FACTOR:
            raise file_too_large()
        pieces = text.pieces() if text else [given.encode("ascii")]
        file = opened.enter_context(decode_base64(pieces))
    return IncomingFile(entry["filename"], file)
