"""Define what an upload takes and answers."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from core.api.serializers import FormIn, FormOut, TextField
from uploads.forms import AttachmentOut


class NameField(TextField):
    """A file's name as the sender's system spelled it; it is cleaned later, and a NUL refuses nothing."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).replace("\x00", "")


class FileIn(FormIn):
    """A file as base64 text, with or without a `data:…;base64,` prefix."""

    base64 = TextField(trim_whitespace=False, allow_blank=True)
    filename = NameField(max_length=1000, required=False, default="", allow_blank=True)


class FilesIn(FormIn):
    files = FileIn(many=True, allow_empty=False, max_length=settings.MAX_UPLOAD_FILES)  # type: ignore[call-arg]


class UploadedOut(FormOut):
    """The links and the attachments, in the order of the files."""

    urls = serializers.ListField(child=serializers.URLField())
    attachments = AttachmentOut(many=True)


MULTIPART = {
    "type": "object",
    "required": ["files"],
    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
}
