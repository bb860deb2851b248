"""The allow-list: every kind of file that is taken, by what its content is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A content type and the extensions that fit it, the usual one first."""

    content_type: str
    extensions: tuple[str, ...]


JPEG = Kind("image/jpeg", ("jpg", "jpeg"))
PNG = Kind("image/png", ("png",))
WEBP = Kind("image/webp", ("webp",))
GIF = Kind("image/gif", ("gif",))
HEIC = Kind("image/heic", ("heic", "heif"))
PDF = Kind("application/pdf", ("pdf",))
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",))
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",))
PPTX = Kind("application/vnd.openxmlformats-officedocument.presentationml.presentation", ("pptx",))
ODT = Kind("application/vnd.oasis.opendocument.text", ("odt",))
ODS = Kind("application/vnd.oasis.opendocument.spreadsheet", ("ods",))
TXT = Kind("text/plain", ("txt", "text", "log"))
CSV = Kind("text/csv", ("csv",))
MP3 = Kind("audio/mpeg", ("mp3",))
AAC = Kind("audio/aac", ("aac",))
M4A = Kind("audio/mp4", ("m4a",))
OGG = Kind("audio/ogg", ("ogg", "oga", "opus"))
WAV = Kind("audio/wav", ("wav",))
WEBM_SOUND = Kind("audio/webm", ("webm", "weba"))
MP4 = Kind("video/mp4", ("mp4", "m4v"))
MOV = Kind("video/quicktime", ("mov",))
WEBM = Kind("video/webm", ("webm",))

IMAGES = frozenset({JPEG, PNG, WEBP, GIF, HEIC})
