"""JSON in and out with orjson: strict about what it reads, quick about what it writes."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from core.errors import TooLarge
from core.strict_json import loads


class JSONRenderer(BaseRenderer):
    """Writes what a view answered; promises of translation become text in the reader's language."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "text"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=str)


class JSONParser(BaseParser):
    """Reads a body of at most MAX_BODY_BYTES; views that take more say so with `max_body`."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        view = (parser_context or {}).get("view")
        cap = getattr(view, "max_body", settings.MAX_BODY_BYTES)
        try:
            body = stream.read(cap + 1)
        except RequestDataTooBig:
            raise TooLarge from None
        if len(body) > cap:
            raise TooLarge
        try:
            return loads(body) if body.strip(b" \t\r\n") else {}
        except ValueError as error:
            raise ParseError(str(error)) from None
