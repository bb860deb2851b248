"""The form of an attachment on the wire."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import FormOut
from uploads.links import signed_url
from uploads.models import Attachment


class AttachmentOut(FormOut):
    """A file; `url` is signed for the reader and lives five minutes.

    In events, which many read, it is not signed: fetch it with a token.
    """

    id = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    filename = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()

    @classmethod
    def get_url(cls, attachment: Attachment, reader: Any) -> str:
        return signed_url(str(attachment.pk), attachment.filename, reader)
