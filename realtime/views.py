"""The socket's contract for those who write clients."""

import orjson
from django.http import HttpRequest, HttpResponse

from core.reading import reads_only
from realtime.asyncapi import document


@reads_only
def asyncapi(request: HttpRequest) -> HttpResponse:
    """GET /asyncapi.json"""
    return HttpResponse(orjson.dumps(document()), content_type="application/json")
